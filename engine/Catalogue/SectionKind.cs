namespace Rubato;

/// <summary>What a section of a snapshot holds. Numbers are never reused; docs/CATALOGUE.md describes each.</summary>
internal enum SectionKind : uint
{
    /// <summary>fp32 [rows, dimension].</summary>
    Vectors = 1,

    /// <summary>i64 [rows], unique, not negative.</summary>
    TrackIds = 2,

    /// <summary>u32 [rows], 0 = none.</summary>
    Licensors = 3,

    /// <summary>256 bits [rows]: bit m = available in market m, bit 255 = available everywhere.</summary>
    MarketMasks = 4,

    /// <summary>u8 [rows]: bit 0 = explicit.</summary>
    Flags = 5,

    /// <summary>i32 [rows], days since 1970-01-01, int.MinValue = unknown.</summary>
    ReleaseDays = 6,

    /// <summary>Two capital letters [markets], ascending.</summary>
    Markets = 7,
}
