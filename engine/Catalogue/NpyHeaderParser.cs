using System.Text;

namespace Rubato;

/// <summary>Reads the Python dictionary in the head of an .npy file: descr, fortran_order and shape, each once, in any order.</summary>
internal ref struct NpyHeaderParser(ReadOnlySpan<byte> text, string path, int textOffset)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;

    public NpyHeader Parse()
    {
        NpyElement? element = null;
        bool orderSeen = false;
        int dimensions = 0;
        long rows = 0, columns = 0;

        Require((byte)'{');
        while (Peek() != '}')
        {
            int keyAt = _at;
            string key = Quoted();
            Require((byte)':');
            switch (key)
            {
                case "descr" when element is null:
                    element = Element();
                    break;
                case "fortran_order" when !orderSeen:
                    CheckOrder();
                    orderSeen = true;
                    break;
                case "shape" when dimensions == 0:
                    (dimensions, rows, columns) = Shape();
                    break;
                default:
                    throw Error(keyAt, $"unknown or repeated key '{key}' (expected descr, fortran_order and shape, each once)");
            }
            if (Peek() != ',') break;
            _at++;
        }
        Require((byte)'}');
        if (Peek() != 0) throw Error(_at, "text after the closing brace");
        if (element is null || !orderSeen || dimensions == 0)
            throw Error(_at, "the header lacks a key (expected descr, fortran_order and shape, each once)");
        return new NpyHeader(element.Value, dimensions, rows, columns, textOffset + _text.Length);
    }

    private NpyElement Element()
    {
        const string expected = "expected little-endian '<f2', '<f4', '<f8', '<i4' or '<i8'";
        Peek();
        int at = _at;
        if (Peek() == '[') throw Error(at, $"a structured element type ({expected})");
        string description = Quoted();
        if (NpyElements.TryParse(description, out NpyElement element)) return element;
        throw Error(at, $"{(description.StartsWith('>') ? "big-endian " : "")}element type '{description}' ({expected})");
    }

    private void CheckOrder()
    {
        Peek();
        int at = _at;
        while (_at < _text.Length && char.IsAsciiLetter((char)_text[_at])) _at++;
        ReadOnlySpan<byte> word = _text[at.._at];
        if (word.SequenceEqual("True"u8)) throw Error(at, "Fortran order (expected C order, fortran_order: False)");
        if (!word.SequenceEqual("False"u8)) throw Error(at, "fortran_order is neither True nor False (expected False)");
    }

    private (int Dimensions, long Rows, long Columns) Shape()
    {
        const string expected = "expected 1 or 2 dimensions";
        Require((byte)'(');
        if (Peek() == ')') throw Error(_at, $"0 dimensions ({expected})");
        long rows = Number();
        if (Peek() != ',') throw Error(_at, $"a shape without comma ({expected}, such as (3,) or (3, 4))");
        _at++;
        if (Peek() == ')')
        {
            _at++;
            return (1, rows, 1);
        }
        long columns = Number();
        if (Peek() == ',')
        {
            _at++;
            if (Peek() != ')') throw Error(_at, $"more than 2 dimensions ({expected})");
        }
        Require((byte)')');
        return (2, rows, columns);
    }

    private long Number()
    {
        Peek();
        int at = _at;
        long value = 0;
        for (; _at < _text.Length && char.IsAsciiDigit((char)_text[_at]); _at++)
        {
            if (_at - at >= 18) throw Error(at, "a shape beyond 10^18");
            value = value * 10 + (_text[_at] - '0');
        }
        return _at > at ? value : throw Error(at, "expected a number that is not negative");
    }

    private string Quoted()
    {
        byte quote = Peek();
        if (quote is not ((byte)'\'' or (byte)'"')) throw Error(_at, "expected a quoted string");
        int length = _text[(_at + 1)..].IndexOf(quote);
        if (length is < 0 or > 100) throw Error(_at, "a string without end, or longer than 100 bytes");
        ReadOnlySpan<byte> content = _text.Slice(_at + 1, length);
        if (content.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E)) throw Error(_at, "a string that is not printable ASCII");
        _at += length + 2;
        return Encoding.ASCII.GetString(content);
    }

    private void Require(byte expected)
    {
        if (Peek() != expected) throw Error(_at, $"expected '{(char)expected}'");
        _at++;
    }

    // Skips white space; 0 at the end of the text.
    private byte Peek()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r') _at++;
        return _at < _text.Length ? _text[_at] : (byte)0;
    }

    private readonly NpyException Error(int at, string problem) => new(path, $"byte {textOffset + at}: {problem}");
}
