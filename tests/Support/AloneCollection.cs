namespace Rubato.Tests.Support;

/// <summary>Tests that measure the whole process run after all others, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
