namespace Rubato;

/// <summary>The pacing policies by name.</summary>
public static class PacingPolicies
{
    private static readonly (string Name, Func<IPacingPolicy> Create)[] All =
    [
        ("dual", () => new DualPacing()),
        ("cpwu", () => new CpwuPacing()),
        ("static", () => new StaticPacing()),
        ("throttle", () => new ThrottlePacing()),
        ("greedy", () => new GreedyPacing()),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(policy => policy.Name)];

    /// <summary>A policy of its own for one <see cref="PacingController"/>.</summary>
    /// <exception cref="ArgumentException">No policy bears the name.</exception>
    public static IPacingPolicy Create(string name)
    {
        foreach ((string known, Func<IPacingPolicy> create) in All)
            if (known == name) return create();
        throw new ArgumentException($"no pacing policy \"{name}\" (expected {string.Join(", ", Names)})", nameof(name));
    }
}
