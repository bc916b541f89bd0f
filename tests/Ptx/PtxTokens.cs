using System.Text.RegularExpressions;

namespace Rubato.Tests.Ptx;

/// <summary>The words of a module, with their lines.</summary>
internal sealed partial class PtxTokens
{
    private readonly List<(string Text, int Line)> _tokens = [];
    private int _next;

    public PtxTokens(string ptx)
    {
        int line = 0;
        foreach (string text in ptx.Split('\n'))
        {
            line++;
            string code = text.Split("//")[0];
            int end = 0;
            foreach (Match match in Word().Matches(code))
            {
                if (code[end..match.Index].Trim().Length > 0)
                    throw new PtxException($"line {line}: cannot read \"{code[end..match.Index].Trim()}\"");
                _tokens.Add((match.Value, line));
                end = match.Index + match.Length;
            }
            if (code[end..].Trim().Length > 0) throw new PtxException($"line {line}: cannot read \"{code[end..].Trim()}\"");
        }
    }

    public bool AtEnd => _next == _tokens.Count;

    public int Line => AtEnd ? _tokens.Count == 0 ? 0 : _tokens[^1].Line : _tokens[_next].Line;

    public string Peek(int ahead = 0) => _next + ahead < _tokens.Count ? _tokens[_next + ahead].Text : "";

    public string Take() => AtEnd ? throw new PtxException($"line {Line}: the module ends in the middle of something") : _tokens[_next++].Text;

    public void Expect(string text)
    {
        int line = Line;
        string found = Take();
        if (found != text) throw new PtxException($"line {line}: expected \"{text}\", found \"{found}\"");
    }

    public bool TakeIf(string text)
    {
        if (Peek() != text) return false;
        _next++;
        return true;
    }

    public int TakeCount()
    {
        int line = Line;
        string text = Take();
        return int.TryParse(text, out int count) ? count : throw new PtxException($"line {line}: expected a count, found \"{text}\"");
    }

    [GeneratedRegex(@"0[xX][0-9A-Fa-f]+|0[fFdD][0-9A-Fa-f]+|-?\d+(\.\d+)?|[%$._A-Za-z](?:[\w.$]|::)*|[{}()\[\],;:<>@!+|]")]
    private static partial Regex Word();
}
