namespace Rubato.Kernels.Similarity;

/// <summary>One panel code for every shape.</summary>
internal sealed class SingleCode(PanelCode code) : PanelCodes
{
    public override PanelCode For(int dimension, int lanes, int aheadShare) => code;
}
