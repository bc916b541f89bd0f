using Rubato.Kernels.Native;

namespace Rubato;

/// <summary>Moves the calling thread to a processor of its own once; it may be moved again by the system at any time.</summary>
internal static class ThreadPlacement
{
    private const int WordsMax = 16, WordBits = 64; // processors 0 to 1,023

    /// <summary>Moves to the permitted processor that comes some places after another one; does nothing where the system does not let it.</summary>
    public static void MoveAway(int processor, int places)
    {
        if (!OperatingSystem.IsLinux()) return;
        Span<ulong> permitted = stackalloc ulong[WordsMax], only = stackalloc ulong[WordsMax];
        const nuint bytes = WordsMax * sizeof(ulong);
        if (LinuxApi.GetAffinity(0, bytes, permitted) < 0) return;
        int count = 0, before = 0;
        for (int i = 0; i < WordsMax * WordBits; i++)
        {
            if (!Has(permitted, i)) continue;
            if (i < processor) before++;
            count++;
        }
        if (count < 2) return;
        int rank = (before + places) % count, target = -1;
        for (int i = 0; i < WordsMax * WordBits; i++)
            if (Has(permitted, i) && rank-- == 0) target = i;
        only[target / WordBits] = 1UL << (target % WordBits);
        if (LinuxApi.SetAffinity(0, bytes, only) == 0) LinuxApi.SetAffinity(0, bytes, permitted);
    }

    private static bool Has(ReadOnlySpan<ulong> mask, int processor) => (mask[processor / WordBits] >> (processor % WordBits) & 1) != 0;
}
