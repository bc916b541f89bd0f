using Rubato.Wire;

namespace Rubato.Client;

/// <summary>What a model answered, and where the time went; grows to the largest answer it has held, so that reusing it for EMBED and RANK allocates nothing.</summary>
public sealed class ModelAnswer : IReplyTaker
{
    private float[] _values = [];
    private float[] _relevance = [];
    private int _valueCount;
    private int _relevanceCount;

    /// <summary>Version that answered.</summary>
    public int Version { get; private set; }

    /// <summary>Rows of the values.</summary>
    public int Rows { get; private set; }

    /// <summary>[rows, width]: vectors of EMBED; scores of RANK, width 1.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, _valueCount);

    /// <summary>RANK: [rows], calibrated scores, 0 to 1.</summary>
    public ReadOnlySpan<float> Relevance => _relevance.AsSpan(0, _relevanceCount);

    /// <summary>INFER: outputs.</summary>
    public IReadOnlyList<WireTensor> Tensors { get; private set; } = [];

    /// <summary>Rows of the run that answered, those of other requests included.</summary>
    public int BatchRows { get; private set; }

    /// <summary>In the queue.</summary>
    public TimeSpan QueueTime { get; private set; }

    /// <summary>Filling and emptying batches.</summary>
    public TimeSpan BatchTime { get; private set; }

    /// <summary>Runs.</summary>
    public TimeSpan ComputeTime { get; private set; }

    bool IReplyTaker.TryTake(ReadOnlySpan<byte> payload)
    {
        if (!ModelReply.TryRead(payload, out ModelReply reply)) return false;
        (Version, Rows, BatchRows) = ((int)reply.Version, (int)reply.Rows, (int)reply.BatchRows);
        QueueTime = TimeSpan.FromMicroseconds(reply.QueueMicroseconds);
        BatchTime = TimeSpan.FromMicroseconds(reply.BatchMicroseconds);
        ComputeTime = TimeSpan.FromMicroseconds(reply.ComputeMicroseconds);
        _valueCount = Copy(reply.Values, ref _values);
        _relevanceCount = Copy(reply.Relevance, ref _relevance);
        Tensors = reply.Tensors!;
        return true;
    }

    private static int Copy(ReadOnlySpan<float> from, ref float[] to)
    {
        if (to.Length < from.Length) to = new float[from.Length];
        from.CopyTo(to);
        return from.Length;
    }
}
