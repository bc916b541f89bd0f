namespace Rubato;

/// <summary>What an allocation is asked for.</summary>
public sealed record AllocationOptions
{
    /// <summary>Relative gap between dual bound and primal value at which the solver stops, 1e-7 to 1; entries rounded to single precision allow no less.</summary>
    public double Gap { get; init; } = 1e-4;

    /// <summary>Threads, 1 to 1024; the answer is the same for the same number of threads.</summary>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, 1024);

    /// <summary>How the dual is minimised.</summary>
    public AllocationMethod Method { get; init; } = AllocationMethod.Automatic;

    /// <summary>Oracle variant forced by name; null takes the fastest that computes in double.</summary>
    public string? KernelName { get; init; }

    /// <summary>Prices to start from, of the same shapes as the answer's; null starts from 0.</summary>
    public AllocationPrices? WarmStart { get; init; }

    /// <summary>Passes over the edges after which the solver gives up and returns its best answer, 1 to 10⁹.</summary>
    public int PassesMax { get; init; } = 20_000;

    /// <summary>Most prices for which Newton's steps are solved with a matrix: from about 100 on conjugate gradients are as fast, at 1,000 two to five times.</summary>
    public const int NewtonRowsMax = 256;

    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public AllocationOptions Validated()
    {
        if (!(Gap is >= 1e-7 and <= 1)) throw new ArgumentOutOfRangeException(nameof(Gap), Gap, "must be 1e-7 to 1");
        if (Threads is < 1 or > 1024) throw new ArgumentOutOfRangeException(nameof(Threads), Threads, "must be 1 to 1024");
        if (PassesMax is < 1 or > 1_000_000_000) throw new ArgumentOutOfRangeException(nameof(PassesMax), PassesMax, "must be 1 to 1,000,000,000");
        return this;
    }
}
