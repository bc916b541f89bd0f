using System.Text.RegularExpressions;
using Rubato.Server;
using Rubato.Tests.Support;

namespace Rubato.Tests;

/// <summary>docs/OPERATIONS.md and the help name what there is, and nothing else.</summary>
public sealed class OperationsDocumentTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot(), "docs", "OPERATIONS.md"));

    [Fact]
    public void EveryKeyHasARowWithItsDefault()
    {
        foreach (Setting setting in Settings.All) Assert.Contains($"\n| `{setting.Key}` | {setting.Default} | ", Text);
    }

    [Fact]
    public void EveryKeyThatIsNamedExists()
    {
        string sections = string.Join('|', Settings.All.Select(setting => setting.Key[..setting.Key.IndexOf(':')]).Distinct());
        foreach (Match key in Regex.Matches(Text, $"\\b({sections}):[A-Z]\\w+")) Assert.Contains(Settings.All, setting => setting.Key == key.Value);
    }

    [Fact]
    public void EveryMetricHasARowAndEveryRowAMetric()
    {
        string[] sources = Directory.GetFiles(Path.Combine(TestData.RepositoryRoot(), "server", "Metrics"), "*.cs");
        string[] written = Names(string.Concat(sources.Select(File.ReadAllText)));
        Assert.True(written.Length > 30);
        Assert.Equal(written, Names(Text));

        static string[] Names(string text) => [.. Regex.Matches(text, "rubato_[a-z_]+[a-z]").Select(name => name.Value).Distinct().Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void ADefaultCanBeGivenAsAValue()
    {
        foreach (Setting setting in Settings.All)
        {
            if (setting.Default is "none" or "the fastest" && !setting.Rule.EndsWith("or none", StringComparison.Ordinal)) continue; // nothing is not a value
            var options = new ServerOptions();
            setting.Apply(options, setting.Default);
            Assert.Equal(setting.Default, setting.Read(options));
        }
    }

    [Fact]
    public async Task HelpListsKeysOfServeAndOnlyThere()
    {
        string serve = await RubatoCommand.Done("serve", "--help"), all = await RubatoCommand.Done("--help");
        foreach (Setting setting in Settings.All) Assert.Matches($"\n  {Regex.Escape(setting.Key)} +{Regex.Escape(setting.Rule)} \\[default: {Regex.Escape(setting.Default)}\\]\n", serve);
        Assert.DoesNotContain("Limits:", all);
        Assert.DoesNotContain("Limits:", await RubatoCommand.Done("search", "--help"));
    }
}
