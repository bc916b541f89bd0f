using System.Text;
using Rubato.Wire;

namespace Rubato.Client;

/// <summary>What to ask of a model: EMBED has features, RANK a listener with tracks, features or both, INFER tensors.</summary>
public sealed class ModelQuery : Query
{
    /// <summary>Name of the model.</summary>
    public string Model { get; set; } = "";

    /// <summary>Label; empty = stable, or canary for its share of the listeners.</summary>
    public string Label { get; set; } = "";

    /// <summary>Version; 0 = by label.</summary>
    public uint Version { get; set; }

    /// <summary>0 normal, 1 high, 2 low.</summary>
    public byte Priority { get; set; }

    /// <summary>Decides on the canary; 0 = nobody.</summary>
    public ulong ListenerId { get; set; }

    /// <summary>RANK: [dimension], finite.</summary>
    public ReadOnlyMemory<float> Listener { get; set; }

    /// <summary>RANK: [rows] track ids; empty for models that want nothing of the catalogue.</summary>
    public ReadOnlyMemory<long> Tracks { get; set; }

    /// <summary>EMBED, RANK: rows; 0 takes the number of tracks.</summary>
    public uint Rows { get; set; }

    /// <summary>EMBED, RANK: [rows, width], row-major, finite; NaN for a missing value where the model takes it.</summary>
    public ReadOnlyMemory<float> Features { get; set; }

    /// <summary>INFER: inputs.</summary>
    public IReadOnlyList<WireTensor> Tensors { get; set; } = [];

    internal override ValueTask SendOn(ClientConnection connection, Opcode opcode, TimeSpan deadline, IReplyTaker answer, CancellationToken cancellation)
    {
        Span<byte> model = stackalloc byte[ModelRequest.NameBytesMax], label = stackalloc byte[ModelRequest.NameBytesMax];
        uint rows = Rows == 0 ? (uint)Tracks.Length : Rows;
        if (Features.Length > 0 && (rows == 0 || Features.Length % rows != 0)) throw new ArgumentException($"{Features.Length} features are not {rows} rows");
        return connection.Send(opcode, new ModelRequest
        {
            Model = Named(Model, model), Label = Named(Label, label), Version = Version, Priority = Priority, ListenerId = ListenerId,
            Listener = Listener.Span, Tracks = Tracks.Span, Rows = rows, Features = Features.Span, Tensors = Tensors,
        }, deadline, answer, cancellation);
    }

    private static ReadOnlySpan<byte> Named(string text, Span<byte> bytes) => Encoding.UTF8.TryGetBytes(text, bytes, out int written) ? bytes[..written]
        : throw new ArgumentException($"'{text}' is longer than {ModelRequest.NameBytesMax} bytes");
}
