namespace Rubato;

/// <summary>What a model answers with: a <see cref="ModelTensor"/>, a <see cref="ModelSequence"/> or a <see cref="ModelMap"/>.</summary>
public abstract class ModelValue
{
    private protected ModelValue()
    {
    }
}
