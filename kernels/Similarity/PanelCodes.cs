namespace Rubato.Kernels.Similarity;

/// <summary>A family of panel codes: the code for each shape of the work.</summary>
internal abstract class PanelCodes
{
    /// <summary>The code for rows of a dimension and a number of queries.</summary>
    /// <param name="dimension">values per row</param>
    /// <param name="lanes">1 to <see cref="PanelArguments.Lanes"/></param>
    /// <param name="aheadShare">how many groups of queries share the prefetching of the next panel; 0: others do it</param>
    public abstract PanelCode For(int dimension, int lanes, int aheadShare);
}
