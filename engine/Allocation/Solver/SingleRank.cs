namespace Rubato;

/// <summary>The exchange of a solve that runs in one process.</summary>
internal sealed class SingleRank : IRankExchange
{
    public static SingleRank Instance { get; } = new();

    public int Rank => 0;

    public int Size => 1;

    public void Sum(Span<double> values)
    {
    }

    public void Max(Span<double> values)
    {
    }

    public float[] Gather(float[] part, int[] counts) => part;
}
