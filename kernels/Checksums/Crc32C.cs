using System.Numerics;
using System.Runtime.InteropServices;

namespace Rubato.Kernels.Checksums;

/// <summary>CRC-32C (Castagnoli, reflected polynomial 0x82F63B78): the checksum of frames, snapshots and journals.</summary>
/// <remarks>
/// The instruction behind <see cref="BitOperations.Crc32C(uint, ulong)"/> has a latency of three cycles and a throughput of one,
/// so large inputs run as three streams, whose checksums are joined by a table that appends a stream's length of zeros.
/// </remarks>
internal static class Crc32C
{
    private const uint Polynomial = 0x82F63B78;

    /// <summary>Bytes per stream of the interleaved loop; long enough that joining (eight look-ups) does not show.</summary>
    private const int StreamBytes = 2048;

    /// <summary>[4, 256]: the register after <see cref="StreamBytes"/> zero bytes, for each value of each of its four bytes.</summary>
    private static readonly uint[] Shift = BuildShift();

    /// <summary>The checksum of a whole block; 0xE3069283 for the nine bytes "123456789".</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of a ‖ bytes, given that of a (0 for an empty a).</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        while (bytes.Length >= 3 * StreamBytes)
        {
            crc = ThreeStreams(crc, MemoryMarshal.Cast<byte, ulong>(bytes[..(3 * StreamBytes)]));
            bytes = bytes[(3 * StreamBytes)..];
        }
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte value in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static uint ThreeStreams(uint crc, ReadOnlySpan<ulong> words)
    {
        const int Words = StreamBytes / sizeof(ulong);
        ReadOnlySpan<ulong> first = words[..Words], second = words.Slice(Words, Words), third = words.Slice(2 * Words, Words);
        uint b = 0, c = 0;
        for (int i = 0; i < first.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, first[i]);
            b = BitOperations.Crc32C(b, second[i]);
            c = BitOperations.Crc32C(c, third[i]);
        }
        return AppendZeros(AppendZeros(crc) ^ b) ^ c; // the register is linear over GF(2)
    }

    private static uint AppendZeros(uint crc) =>
        Shift[crc & 0xFF] ^ Shift[256 + ((crc >> 8) & 0xFF)] ^ Shift[512 + ((crc >> 16) & 0xFF)] ^ Shift[768 + (crc >> 24)];

    private static uint[] BuildShift()
    {
        Span<uint> basis = stackalloc uint[32]; // the register after the zeros, for each single bit set before them
        for (int bit = 0; bit < 32; bit++)
        {
            uint crc = 1u << bit;
            for (int i = 0; i < 8 * StreamBytes; i++)
                crc = (crc >> 1) ^ (Polynomial & (0 - (crc & 1)));
            basis[bit] = crc;
        }
        uint[] table = new uint[4 * 256];
        for (int entry = 0; entry < table.Length; entry++)
            for (int bit = 0; bit < 8; bit++)
                if ((entry >> bit & 1) != 0)
                    table[entry] ^= basis[8 * (entry >> 8) + bit];
        return table;
    }
}
