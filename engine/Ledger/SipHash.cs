using System.Numerics;

namespace Rubato;

/// <summary>SipHash-2-4 (Aumasson and Bernstein, 2012) of a message of 24 bytes: a keyed checksum made for short messages.</summary>
internal static class SipHash
{
    /// <summary>Key and message as little-endian words.</summary>
    public static ulong Compute(ulong key0, ulong key1, ulong message0, ulong message1, ulong message2)
    {
        ulong a = key0 ^ 0x736f6d6570736575, b = key1 ^ 0x646f72616e646f6d, c = key0 ^ 0x6c7967656e657261, d = key1 ^ 0x7465646279746573;
        Absorb(ref a, ref b, ref c, ref d, message0);
        Absorb(ref a, ref b, ref c, ref d, message1);
        Absorb(ref a, ref b, ref c, ref d, message2);
        Absorb(ref a, ref b, ref c, ref d, 24UL << 56); // no bytes left over, and the length in the highest
        c ^= 0xff;
        for (int round = 0; round < 4; round++) Round(ref a, ref b, ref c, ref d);
        return a ^ b ^ c ^ d;
    }

    private static void Absorb(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong word)
    {
        d ^= word;
        Round(ref a, ref b, ref c, ref d);
        Round(ref a, ref b, ref c, ref d);
        a ^= word;
    }

    private static void Round(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        a += b;
        c += d;
        b = BitOperations.RotateLeft(b, 13) ^ a;
        d = BitOperations.RotateLeft(d, 16) ^ c;
        a = BitOperations.RotateLeft(a, 32);
        c += b;
        a += d;
        b = BitOperations.RotateLeft(b, 17) ^ c;
        d = BitOperations.RotateLeft(d, 21) ^ a;
        c = BitOperations.RotateLeft(c, 32);
    }
}
