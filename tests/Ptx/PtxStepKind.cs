namespace Rubato.Tests.Ptx;

/// <summary>How a warp treats an instruction.</summary>
internal enum PtxStepKind
{
    /// <summary>Lane by lane.</summary>
    Plain,

    /// <summary>All lanes of the warp together (shuffles, votes, matrix instructions).</summary>
    Converged,

    /// <summary>A jump.</summary>
    Branch,

    /// <summary>A jump that all active lanes take or none (<c>bra.uni</c>).</summary>
    UniformBranch,

    /// <summary>All threads of the block together.</summary>
    Barrier,

    /// <summary>The end of a thread.</summary>
    Return,
}
