namespace Rubato.Kernels.Similarity;

/// <summary>Code that scores a panel of rows against a group of queries, as an object that is shared by all threads.</summary>
internal abstract unsafe class PanelCode
{
    /// <summary>
    /// Whether queries are interleaved (for each four bytes, or one fp32 value, of a row: those of 16 lanes) or plain (lane by lane).
    /// </summary>
    public abstract bool Interleaved { get; }

    /// <summary>Scores rows until the end of the panel or until the hits want draining.</summary>
    public abstract void Run(PanelArguments* arguments);
}
