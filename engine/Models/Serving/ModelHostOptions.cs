namespace Rubato;

/// <summary>How a repository of models is served.</summary>
public sealed record ModelHostOptions
{
    /// <summary>Bytes that loaded models may take together, 1 to 2⁵⁰; 8 GiB leaves most of a serving machine to the catalogue.</summary>
    public long MemoryBytesMax { get; init; } = 8L << 30;

    /// <summary>Time between two looks at the folder, 50 ms to 1 day, or zero for none; a version is loaded once two looks in a row saw the same files.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Hears what happened, one line each, on any thread; null drops it.</summary>
    public Action<ModelLogLevel, string>? Log { get; init; }

    /// <summary>The options themselves, checked.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public ModelHostOptions Validated()
    {
        OptionRange.Check(MemoryBytesMax, 1, 1L << 50, nameof(MemoryBytesMax));
        if (PollInterval != TimeSpan.Zero) OptionRange.Check(PollInterval.TotalSeconds, 0.05, 86_400, nameof(PollInterval));
        return this;
    }
}
