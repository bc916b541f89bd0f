namespace Rubato;

/// <summary>How the rows of a batch lie in a tensor.</summary>
internal enum ModelColumnKind
{
    /// <summary>Along the first dimension.</summary>
    Stacked,

    /// <summary>One tensor for all rows: its first dimension is fixed where that of others is open.</summary>
    Shared,

    /// <summary>The whole tensor is one row.</summary>
    Whole,
}
