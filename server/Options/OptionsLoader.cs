using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Rubato.Kernels.Similarity;
using Rubato.Server.Commands;

namespace Rubato.Server;

/// <summary>rubato.json &lt; RUBATO__Section__Key &lt; command line; a key that does not exist and a value out of range are errors.</summary>
internal static class OptionsLoader
{
    private const string EnvironmentPrefix = "RUBATO__";
    private const string CommandLine = "command line";
    private const int TypingErrorsMax = 2; // of a key that is taken for another one

    /// <summary>Loads and checks.</summary>
    /// <param name="file">configuration file; null = none</param>
    /// <param name="commandLine">keys and values given as options</param>
    /// <param name="environment">environment variables, as <see cref="Environment.GetEnvironmentVariables()"/></param>
    /// <exception cref="ConfigurationException">One line that names the source, the key and what is permitted.</exception>
    /// <exception cref="UsageException">The same, of a key or a value on the command line.</exception>
    public static ServerOptions Load(string? file, IReadOnlyDictionary<string, string> commandLine, System.Collections.IDictionary environment)
    {
        var options = new ServerOptions();
        if (file is not null) ApplyAll(options, file, FileValues(file));
        ApplyAll(options, "environment", EnvironmentValues(environment));
        ApplyAll(options, CommandLine, commandLine);
        return Checked(options);
    }

    private static ServerOptions Checked(ServerOptions options)
    {
        if (options.Engine.CataloguePath.Length == 0)
            throw new ConfigurationException("Data:Catalogue is missing: name a snapshot with --catalogue, or make one with 'rubato catalogue build'");
        if (options.ModelsPath is null && (options.Models.Ranker is not null || options.KServe is not null))
            throw new ConfigurationException($"{(options.KServe is null ? "Models:Ranker" : "Server:KServe")} needs Data:Models: name a model repository with --models");
        foreach (IPEndPoint address in new[] { options.Listen, options.Admin, options.KServe }.OfType<IPEndPoint>())
        {
            if (!IPAddress.IsLoopback(address.Address) && !options.Insecure)
                throw new ConfigurationException($"{address} is not a loopback address, and nobody is asked who he is: add --insecure to listen there all the same");
        }
        try
        {
            options.Engine.Validated();
            ScoreKernels.Pick(options.Engine.Variant);
            ScanKernels.Pick(options.Engine.Variant);
        }
        catch (Exception broken) when (broken is ArgumentException or NotSupportedException)
        {
            throw new ConfigurationException(broken.Message.ReplaceLineEndings(" "));
        }
        return options;
    }

    private static IEnumerable<KeyValuePair<string, string>> FileValues(string file)
    {
        try
        {
            if (!File.Exists(file)) throw new ConfigurationException($"{file}: no such file");
            using FileStream json = File.OpenRead(file);
            IConfigurationRoot root = new ConfigurationBuilder().AddJsonStream(json).Build();
            return root.AsEnumerable().Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Key, pair.Value!)).ToList();
        }
        catch (Exception broken) when (broken is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{file}: {broken.GetBaseException().Message.ReplaceLineEndings(" ")}");
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> EnvironmentValues(System.Collections.IDictionary environment)
    {
        foreach (System.Collections.DictionaryEntry entry in environment)
        {
            if (entry is { Key: string key, Value: string value } && key.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
                yield return KeyValuePair.Create(key[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal), value);
        }
    }

    private static void ApplyAll(ServerOptions options, string source, IEnumerable<KeyValuePair<string, string>> values)
    {
        foreach ((string key, string value) in values)
        {
            Setting setting = Array.Find(Settings.All, setting => setting.Key.Equals(key, StringComparison.OrdinalIgnoreCase))
                ?? throw Wrong($"{source}: there is no key \"{key}\"{Suggestion(key)}");
            try
            {
                setting.Apply(options, value);
            }
            catch (FormatException)
            {
                throw Wrong($"{source}: {setting.Key} = \"{value}\" must be {setting.Rule}");
            }
        }

        Exception Wrong(string problem) => source == CommandLine ? new UsageException(problem) : new ConfigurationException(problem);
    }

    private static string Suggestion(string key)
    {
        string name = key[(key.LastIndexOf(':') + 1)..], section = key[..(key.IndexOf(':') + 1)];
        if (Of(key + ":").Any()) return $"; it is a section, whose keys are {string.Join(", ", Of(key + ":"))}";
        Setting? near = Settings.All.MinBy(setting => EditDistance.Of(setting.Key[(setting.Key.IndexOf(':') + 1)..], name));
        if (near is not null && EditDistance.Of(near.Key[(near.Key.IndexOf(':') + 1)..], name) <= TypingErrorsMax) return $"; did you mean {near.Key}?";
        return section.Length > 0 && Of(section).Any() ? $"; keys of the section are {string.Join(", ", Of(section))}" : "; rubato serve --help lists the keys";

        static IEnumerable<string> Of(string section) =>
            Settings.All.Where(setting => setting.Key.StartsWith(section, StringComparison.OrdinalIgnoreCase)).Select(setting => setting.Key);
    }
}
