using System.Security.Cryptography;
using System.Text;
using Rubato.Kernels.Cuda;

namespace Rubato.Tests.Kernels.Cuda;

/// <summary>Our SHA-256 is SHA-256.</summary>
public sealed class KernelHashTests
{
    [Theory] // FIPS 180-4's examples
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void ExamplesAreRight(string text, string hash) => Assert.Equal(hash, Convert.ToHexStringLower(KernelHash.Of(Encoding.ASCII.GetBytes(text))));

    [Theory, InlineData(1)]
    public void EveryLengthIsRight(int seed)
    {
        byte[] data = new byte[300];
        new Random(seed).NextBytes(data);
        for (int length = 0; length <= data.Length; length++) Assert.Equal(SHA256.HashData(data.AsSpan(0, length)), KernelHash.Of(data.AsSpan(0, length)));
    }
}
