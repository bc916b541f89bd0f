namespace Rubato.Tests.Ptx;

/// <summary>Comparisons of <c>setp</c>.</summary>
internal static class PtxComparisons
{
    /// <returns>null where the comparison is not known</returns>
    public static Func<ulong[], bool>? Of(string comparison, PtxType type)
    {
        if (type.IsFloat)
        {
            Func<ulong, double> value = type.Bits == 32 ? bits => PtxFloats.F(bits) : PtxFloats.D;
            return comparison switch
            {
                "eq" => v => value(v[0]) == value(v[1]),
                "ne" => v => Ordered(value(v[0]), value(v[1])) && value(v[0]) != value(v[1]),
                "lt" => v => value(v[0]) < value(v[1]),
                "le" => v => value(v[0]) <= value(v[1]),
                "gt" => v => value(v[0]) > value(v[1]),
                "ge" => v => value(v[0]) >= value(v[1]),
                "equ" => v => !(Ordered(value(v[0]), value(v[1])) && value(v[0]) != value(v[1])),
                "neu" => v => value(v[0]) != value(v[1]),
                "ltu" => v => !(value(v[0]) >= value(v[1])),
                "leu" => v => !(value(v[0]) > value(v[1])),
                "gtu" => v => !(value(v[0]) <= value(v[1])),
                "geu" => v => !(value(v[0]) < value(v[1])),
                _ => null,
            };
        }
        return comparison switch
        {
            "eq" => v => v[0] == v[1],
            "ne" => v => v[0] != v[1],
            "lt" when type.IsSigned => v => type.Extend(v[0]) < type.Extend(v[1]),
            "le" when type.IsSigned => v => type.Extend(v[0]) <= type.Extend(v[1]),
            "gt" when type.IsSigned => v => type.Extend(v[0]) > type.Extend(v[1]),
            "ge" when type.IsSigned => v => type.Extend(v[0]) >= type.Extend(v[1]),
            "lo" or "lt" when type.Kind == 'u' => v => v[0] < v[1],
            "ls" or "le" when type.Kind == 'u' => v => v[0] <= v[1],
            "hi" or "gt" when type.Kind == 'u' => v => v[0] > v[1],
            "hs" or "ge" when type.Kind == 'u' => v => v[0] >= v[1],
            _ => null,
        };
    }

    private static bool Ordered(double a, double b) => !double.IsNaN(a) && !double.IsNaN(b);
}
