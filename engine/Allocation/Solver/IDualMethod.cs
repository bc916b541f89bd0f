namespace Rubato;

/// <summary>A method that minimises the smoothed dual of a problem, step by step, from wherever its point stands.</summary>
internal interface IDualMethod
{
    /// <summary>The present point. Before <see cref="Begin"/> its prices may be changed.</summary>
    DualPoint Point { get; }

    /// <summary>Evaluates the point for a smoothing and a sample of the listeners, and forgets what it learned for another smoothing.</summary>
    void Begin(double smoothing, int slices);

    /// <summary>Takes one step that lowers the smoothed dual; false when none was found, at the end of the arithmetic's resolution.</summary>
    bool Step();
}
