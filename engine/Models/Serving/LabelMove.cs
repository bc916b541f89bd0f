namespace Rubato;

/// <summary>What became of a label that was to move.</summary>
public enum LabelMove
{
    /// <summary>It stands for the version.</summary>
    Moved,

    /// <summary>The version must first pass in the shadow of the one that has the label; the label moves by itself when it has.</summary>
    InShadow,
}
