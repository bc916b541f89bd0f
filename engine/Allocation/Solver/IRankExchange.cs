namespace Rubato;

/// <summary>What the ranks of a distributed solve tell each other. Every rank makes the same calls in the same order and gets the same answers.</summary>
internal interface IRankExchange
{
    /// <summary>Number of this rank, from 0.</summary>
    int Rank { get; }

    /// <summary>Number of ranks.</summary>
    int Size { get; }

    /// <summary>Replaces every element by its sum over the ranks.</summary>
    void Sum(Span<double> values);

    /// <summary>Replaces every element by its maximum over the ranks.</summary>
    void Max(Span<double> values);

    /// <summary>Collects the parts of all ranks, in their order, on rank 0; the others get an empty array.</summary>
    /// <param name="part">this rank's elements</param> <param name="counts">[ranks] elements of each rank</param>
    float[] Gather(float[] part, int[] counts);
}
