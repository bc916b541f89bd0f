using ILGPU;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>What a block of 256 threads counts together in shared memory: digits of a radix selection, ranks of a compaction.</summary>
internal static class BlockScan
{
    /// <summary>Shared ints: 256 digit counts, 8 counts by warp, then digit and count above it.</summary>
    public const int SharedInts = DigitAt + 2;

    private const int Digits = 256, WarpsAt = Digits, Warps = 8, DigitAt = WarpsAt + Warps, AboveAt = DigitAt + 1;

    public static void ClearCounts(ArrayView<int> shared)
    {
        Group.Barrier();
        shared[Group.IdxX] = 0;
        Group.Barrier();
    }

    public static void Count(ArrayView<int> shared, int digit) => Atomic.Add(ref shared[digit], 1);

    /// <summary>Finds the digit of the n-th largest key, n from 1.</summary>
    public static void FindDigit(ArrayView<int> shared, int nth)
    {
        Group.Barrier();
        // Thread i looks at digit 255 − i: a running sum from the largest digit down.
        int digit = Digits - 1 - Group.IdxX, own = shared[digit], sum = own;
        for (int distance = 1; distance < 32; distance *= 2)
        {
            int other = Warp.ShuffleUp(sum, distance);
            if (Warp.LaneIdx >= distance) sum += other;
        }
        if (Warp.LaneIdx == 31) shared[WarpsAt + Group.IdxX / 32] = sum;
        Group.Barrier();
        for (int warp = 0; warp < Group.IdxX / 32; warp++) sum += shared[WarpsAt + warp];
        if (sum >= nth && sum - own < nth)
        {
            shared[DigitAt] = digit;
            shared[AboveAt] = sum - own;
        }
        Group.Barrier();
    }

    /// <summary>The digit that <see cref="FindDigit"/> found.</summary>
    public static int Digit(ArrayView<int> shared) => shared[DigitAt];

    /// <summary>Keys with a larger digit.</summary>
    public static int Above(ArrayView<int> shared) => shared[AboveAt];

    /// <summary>How many threads before this one have the flag set. A barrier has to follow before the next call.</summary>
    public static int Rank(ArrayView<int> shared, bool flag)
    {
        uint votes = Votes.Ballot(flag);
        if (Warp.LaneIdx == 0) shared[WarpsAt + Group.IdxX / 32] = IntrinsicMath.PopCount(votes);
        Group.Barrier();
        int rank = IntrinsicMath.PopCount(votes & ((1u << Warp.LaneIdx) - 1));
        for (int warp = 0; warp < Group.IdxX / 32; warp++) rank += shared[WarpsAt + warp];
        return rank;
    }

    /// <summary>How many threads had the flag set in the last <see cref="Rank"/>.</summary>
    public static int Total(ArrayView<int> shared)
    {
        int total = 0;
        for (int warp = 0; warp < Warps; warp++) total += shared[WarpsAt + warp];
        return total;
    }
}
