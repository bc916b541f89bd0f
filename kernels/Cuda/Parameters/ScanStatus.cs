namespace Rubato.Kernels.Cuda;

/// <summary>What the kernels report of a query.</summary>
internal static class ScanStatus
{
    /// <summary>More rows survived than there is room for; some were not kept.</summary>
    public const int Overflowed = 1;

    /// <summary>The k-th exact score lies below the bar, so a dropped row might have won.</summary>
    public const int Unproven = 2;
}
