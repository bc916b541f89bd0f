namespace Rubato.Kernels.Similarity;

/// <summary>How many rows are scored for all queries before the next ones come.</summary>
internal static class PanelSize
{
    /// <summary>Bytes of rows per panel: it and the next one, which is read ahead, take half of a second-level cache of 512 KB, the smallest in use.</summary>
    private const int Bytes = 128 << 10;

    /// <summary>Rows of a panel: whole steps, few enough for a hit's id.</summary>
    public static int Rows(int rowBytes) => Math.Clamp(Bytes / rowBytes, PanelRun.RowStep, 1 << 14) / PanelRun.RowStep * PanelRun.RowStep;
}
