using System.Globalization;
using System.Text.Json;

namespace Rubato;

/// <summary>Reads the JSON object of one track into the columns: licensor, markets, explicit, releaseDay, each at most once; null = not given.</summary>
internal sealed class AttributesLineParser(TrackColumns columns, string path)
{
    private static readonly int DayMin = DateOnly.MinValue.DayNumber - EpochDay, DayMax = DateOnly.MaxValue.DayNumber - EpochDay;

    private static int EpochDay => new DateOnly(1970, 1, 1).DayNumber;

    /// <exception cref="CatalogueException">The line is malformed; the message names it.</exception>
    public void Parse(ReadOnlySpan<byte> text, int row)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 8 });
        int seen = 0;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Error(row, "expected a JSON object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) Property(ref reader, row, ref seen);
            while (reader.Read()) { } // anything after the object is an error of the reader's
        }
        catch (JsonException failure)
        {
            string detail = text.TrimEnd((byte)'\r').IsEmpty ? "an empty line" : $"malformed JSON at byte {failure.BytePositionInLine}";
            throw Error(row, $"{detail} (expected a JSON object)");
        }
        catch (InvalidOperationException) // a string with a lone surrogate or with invalid UTF-8
        {
            throw Error(row, "a string that is not valid UTF-8");
        }
    }

    private void Property(ref Utf8JsonReader reader, int row, ref int seen)
    {
        int key = reader.ValueTextEquals("licensor"u8) ? 0
            : reader.ValueTextEquals("markets"u8) ? 1
            : reader.ValueTextEquals("explicit"u8) ? 2
            : reader.ValueTextEquals("releaseDay"u8) ? 3
            : throw Error(row, $"unknown key \"{Shorten(reader.GetString())}\" (expected licensor, markets, explicit or releaseDay)");
        if ((seen & 1 << key) != 0) throw Error(row, $"the key \"{reader.GetString()}\" occurs twice");
        seen |= 1 << key;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null) return;
        switch (key)
        {
            case 0:
                columns.Licensors[row] = reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out uint licensor)
                    ? licensor
                    : throw Error(row, "\"licensor\" is not an integer from 0 (none) to 4294967295");
                break;
            case 1:
                Markets(ref reader, row);
                break;
            case 2:
                if (reader.TokenType is not (JsonTokenType.True or JsonTokenType.False)) throw Error(row, "\"explicit\" is neither true nor false");
                columns.SetExplicit(row, reader.GetBoolean());
                break;
            default:
                columns.ReleaseDays[row] = Day(ref reader)
                    ?? throw Error(row, "\"releaseDay\" is neither a date such as \"1985-05-13\" nor a number of days since 1970-01-01");
                break;
        }
    }

    private void Markets(ref Utf8JsonReader reader, int row)
    {
        const string expected = "\"markets\" is not a list of ISO 3166-1 alpha-2 codes such as [\"DE\"]";
        if (reader.TokenType != JsonTokenType.StartArray) throw Error(row, expected);
        columns.ClearMarkets(row);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String) throw Error(row, expected);
            byte[] code = System.Text.Encoding.UTF8.GetBytes(reader.GetString()!);
            if (!columns.TryAddMarket(row, code, out string problem)) throw Error(row, problem);
        }
    }

    private static int? Day(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int day) && day >= DayMin && day <= DayMax) return day;
        return reader.TokenType == JsonTokenType.String
            && DateOnly.TryParseExact(reader.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date)
                ? date.DayNumber - EpochDay
                : null;
    }

    private static string Shorten(string? key) => key is { Length: > 40 } ? key[..40] + "…" : key ?? "";

    private CatalogueException Error(int row, string problem) => new(path, $"line {row + 1}: {problem}");
}
