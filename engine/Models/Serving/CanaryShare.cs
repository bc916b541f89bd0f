namespace Rubato;

/// <summary>Which listeners get the canary: the same ones on every server, others for every model, and with a larger share the same and more.</summary>
/// <remarks>
/// h = FNV-1a (64 bits) over the UTF-16 units of the model's name; x = listener xor h, then SplitMix64's finaliser: x ^= x ≫ 30, x *= 0xBF58476D1CE4E5B9,
/// x ^= x ≫ 27, x *= 0x94D049BB133111EB, x ^= x ≫ 31. A listener is in the share of p percent where x mod 10,000 is below 100 · p.
/// </remarks>
internal static class CanaryShare
{
    public static ulong Salt(string model)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char unit in model) hash = (hash ^ unit) * 0x100000001B3;
        return hash;
    }

    /// <summary>Whether a listener belongs to the share; listener 0 is nobody and never does.</summary>
    public static bool Has(ulong listener, ulong salt, double percent)
    {
        if (listener == 0 || percent <= 0) return false;
        ulong x = listener ^ salt;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return (x ^ (x >> 31)) % 10_000 < 100 * percent;
    }
}
