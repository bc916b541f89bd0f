using System.Buffers.Binary;
using System.Numerics;

namespace Rubato.Kernels.Cuda;

/// <summary>SHA-256 (FIPS 180-4), of PTX and of what the cache keeps.</summary>
/// <remarks>Our own, because the framework's takes OpenSSL's library on Linux and ends the process where there is none; a machine needs the driver only.</remarks>
internal static class KernelHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Bytes = 32;

    private const int BlockBytes = 64, Rounds = 64;

    /// <summary>First 32 bits of the fractions of the cube roots of the first 64 primes.</summary>
    private static readonly uint[] Constants = Fractions(Rounds, Math.Cbrt);

    /// <summary>The same of the square roots of the first 8.</summary>
    private static readonly uint[] Start = Fractions(Bytes / sizeof(uint), Math.Sqrt);

    /// <summary>[32] the hash of some bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> data)
    {
        uint[] state = [.. Start];
        int whole = data.Length / BlockBytes * BlockBytes;
        for (int at = 0; at < whole; at += BlockBytes) Add(state, data.Slice(at, BlockBytes));
        ReadOnlySpan<byte> rest = data[whole..];
        Span<byte> last = stackalloc byte[2 * BlockBytes];
        last.Clear();
        rest.CopyTo(last);
        last[rest.Length] = 0x80;
        int length = rest.Length < BlockBytes - sizeof(ulong) ? BlockBytes : 2 * BlockBytes;
        BinaryPrimitives.WriteUInt64BigEndian(last[(length - sizeof(ulong))..], 8 * (ulong)data.Length);
        for (int at = 0; at < length; at += BlockBytes) Add(state, last.Slice(at, BlockBytes));
        byte[] hash = new byte[Bytes];
        for (int i = 0; i < state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(sizeof(uint) * i), state[i]);
        return hash;
    }

    private static void Add(uint[] state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[Rounds];
        for (int t = 0; t < 16; t++) w[t] = BinaryPrimitives.ReadUInt32BigEndian(block[(sizeof(uint) * t)..]);
        for (int t = 16; t < Rounds; t++)
        {
            uint s0 = BitOperations.RotateRight(w[t - 15], 7) ^ BitOperations.RotateRight(w[t - 15], 18) ^ (w[t - 15] >> 3);
            uint s1 = BitOperations.RotateRight(w[t - 2], 17) ^ BitOperations.RotateRight(w[t - 2], 19) ^ (w[t - 2] >> 10);
            w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        }
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (int t = 0; t < Rounds; t++)
        {
            uint s1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            uint s0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            uint first = h + s1 + ((e & f) ^ (~e & g)) + Constants[t] + w[t], second = s0 + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }
        ReadOnlySpan<uint> added = [a, b, c, d, e, f, g, h];
        for (int i = 0; i < state.Length; i++) state[i] += added[i];
    }

    private static uint[] Fractions(int count, Func<double, double> root)
    {
        uint[] fractions = new uint[count];
        for (int found = 0, n = 2; found < count; n++)
        {
            bool prime = true;
            for (int divisor = 2; divisor * divisor <= n && prime; divisor++) prime = n % divisor != 0;
            if (!prime) continue;
            double value = root(n);
            fractions[found++] = (uint)((value - Math.Floor(value)) * 4294967296.0);
        }
        return fractions;
    }
}
