namespace Rubato.Kernels.Similarity;

/// <summary>The part of a <see cref="ScanWorkspace"/> that panel code sees.</summary>
internal sealed class PanelWorkspace
{
    private Lane[] _lanes = [];

    /// <summary>Queries lane by lane, and interleaved.</summary>
    public PinnedBuffer Plain { get; } = new();

    public PinnedBuffer Interleaved { get; } = new();

    public PinnedBuffer LaneBounds { get; } = new();

    public PinnedBuffer HitIds { get; } = new();

    public PinnedBuffer HitValues { get; } = new();

    public PinnedBuffer Scratch { get; } = new();

    /// <summary>The last rows of a matrix without padding.</summary>
    public PinnedBuffer Tail { get; } = new();

    /// <summary>Copies of sampled rows and their blocks, so that they meet the queries as a panel.</summary>
    public PinnedBuffer Copy { get; } = new();

    public PinnedBuffer BlockCopy { get; } = new();

    /// <summary>The queries under way.</summary>
    public Span<Lane> Lanes(int count) => ScanWorkspace.Sized(ref _lanes, count);
}
