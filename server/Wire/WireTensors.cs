using System.Text;

namespace Rubato.Wire;

/// <summary>The tensors at the end of a payload: their heads, 64 bytes each, then name and data of each, every array at a multiple of 64 bytes.</summary>
internal static class WireTensors
{
    /// <exception cref="ArgumentException">A name is too long, there are too many dimensions, or too many tensors.</exception>
    public static int Bytes(IReadOnlyList<WireTensor> tensors)
    {
        if (tensors.Count > WireTensor.CountMax) throw new ArgumentException($"{tensors.Count} tensors (expected at most {WireTensor.CountMax})", nameof(tensors));
        int bytes = PayloadLayout.Bytes<WireTensor.Head>(tensors.Count);
        foreach (WireTensor tensor in tensors)
        {
            int nameBytes = Encoding.UTF8.GetByteCount(tensor.Name);
            if (nameBytes > WireTensor.NameBytesMax || tensor.Shape.Count > WireTensor.RankMax)
                throw new ArgumentException($"tensor '{tensor.Name}': {nameBytes} bytes of name, {tensor.Shape.Count} dimensions (expected at most {WireTensor.NameBytesMax} and {WireTensor.RankMax})", nameof(tensors));
            bytes = checked(bytes + PayloadLayout.Bytes<byte>(nameBytes) + PayloadLayout.Bytes<byte>(tensor.Data.Length));
        }
        return bytes;
    }

    /// <param name="payload">as long as <see cref="Bytes"/> said</param> <param name="offset">moved behind the tensors</param> <param name="tensors">as given there</param>
    public static void Write(Span<byte> payload, ref int offset, IReadOnlyList<WireTensor> tensors)
    {
        Span<WireTensor.Head> heads = PayloadLayout.Place<WireTensor.Head>(payload, ref offset, tensors.Count);
        for (int i = 0; i < tensors.Count; i++)
        {
            WireTensor tensor = tensors[i];
            int nameBytes = Encoding.UTF8.GetByteCount(tensor.Name);
            heads[i] = new WireTensor.Head { NameBytes = (ushort)nameBytes, Element = tensor.Element, Rank = (byte)tensor.Shape.Count, DataBytes = (uint)tensor.Data.Length };
            for (int axis = 0; axis < tensor.Shape.Count; axis++) heads[i].Shape[axis] = tensor.Shape[axis];
            Encoding.UTF8.GetBytes(tensor.Name, PayloadLayout.Place<byte>(payload, ref offset, nameBytes));
            tensor.Data.Span.CopyTo(PayloadLayout.Place<byte>(payload, ref offset, tensor.Data.Length));
        }
    }

    /// <summary>Reads and copies tensors; false where they do not fit the payload.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, ref int offset, int count, out WireTensor[] tensors)
    {
        tensors = [];
        if (count > WireTensor.CountMax || !PayloadLayout.TryTake(payload, ref offset, count, out ReadOnlySpan<WireTensor.Head> heads)) return false;
        tensors = new WireTensor[count];
        for (int i = 0; i < count; i++)
        {
            WireTensor.Head head = heads[i];
            if (head.NameBytes > WireTensor.NameBytesMax || head.Rank > WireTensor.RankMax
                || !PayloadLayout.TryTake(payload, ref offset, head.NameBytes, out ReadOnlySpan<byte> name)
                || !PayloadLayout.TryTake(payload, ref offset, head.DataBytes, out ReadOnlySpan<byte> data)) return false;
            long[] shape = new long[head.Rank];
            for (int axis = 0; axis < shape.Length; axis++) shape[axis] = head.Shape[axis];
            tensors[i] = new WireTensor { Name = Encoding.UTF8.GetString(name), Element = head.Element, Shape = shape, Data = data.ToArray() };
        }
        return true;
    }
}
