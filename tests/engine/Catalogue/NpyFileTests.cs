using System.Buffers.Binary;
using System.Text;
using Rubato.Tests.Support;

namespace Rubato.Tests;

public sealed class NpyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EveryElementTypeReadsBackAsWritten()
    {
        ReadsBack<Half>([(Half)1.5f, (Half)(-2), Half.MaxValue, Half.Epsilon, (Half)0, (Half)3]);
        ReadsBack<float>([1.5f, -2, float.MaxValue, float.Epsilon, 0, 3]);
        ReadsBack<double>([1.5, -2, double.MaxValue, double.Epsilon, 0, 3]);
        ReadsBack([1, -2, int.MaxValue, int.MinValue, 0, 3]);
        ReadsBack([1, -2, long.MaxValue, long.MinValue, 0, 3]);
    }

    [Fact]
    public void AnEmptyArrayKeepsItsShape()
    {
        string path = _folder.File("empty.npy");
        NpyFile.Write<float>(path, [], columns: 64);
        NpyArray<float> array = NpyFile.Read<float>(path);
        Assert.Equal((2, 0, 64), (array.Dimensions, array.Rows, array.Columns));
    }

    [Fact]
    public void TheBytesWrittenAreThoseOfNumpy()
    {
        // numpy.save(f, numpy.array([[1, 2, 3]], 'f4')) of numpy 1.24
        byte[] expected = Convert.FromHexString(
            "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c20277368617065273a2028312c2033292c207d"
            + string.Concat(Enumerable.Repeat("20", 128 - 69 - 1)) + "0a" + "0000803f0000004000004040");
        string path = _folder.File("x.npy");
        NpyFile.Write<float>(path, [1, 2, 3], columns: 3);
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void EveryFormatVersionIsRead(byte version)
    {
        string path = _folder.Write("v.npy", Bytes(version, "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n", [7, 0, 0, 0, 8, 0, 0, 0]));
        Assert.Equal([7, 8], NpyFile.Read<int>(path, dimensions: 1, rows: 2).Values);
    }

    [Theory]
    [InlineData("{\"shape\":(1,2),\"fortran_order\":False,\"descr\":\"<i4\"}")]
    [InlineData("  { 'fortran_order' : False , 'shape' : ( 1 , 2 , ) , 'descr' : '<i4' }  \n")]
    public void KeysMayComeInAnyOrderAndSpacing(string text)
        => Assert.Equal([7, 8], NpyFile.Read<int>(_folder.Write("x.npy", Bytes(1, text, [7, 0, 0, 0, 8, 0, 0, 0])), dimensions: 2, columns: 2).Values);

    [Fact]
    public void HalvesAreWidenedOnRequestOnly()
    {
        string path = _folder.File("half.npy");
        Half[] halves = [.. Enumerable.Range(0, 70_000).Select(i => (Half)(i % 2048 - 1024))]; // more than one chunk
        NpyFile.Write<Half>(path, halves);
        Assert.Equal(halves.Select(h => (float)h), NpyFile.Read<float>(path, widenHalf: true).Values);
        Assert.Contains("element type <f2 (expected <f4)", Assert.Throws<NpyException>(() => NpyFile.Read<float>(path)).Message);
        Assert.Contains("element type <f2 (expected <f8)", Assert.Throws<NpyException>(() => NpyFile.Read<double>(path, widenHalf: true)).Message);
    }

    [Theory]
    [InlineData("{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }", "byte 20: big-endian element type '>i4'")]
    [InlineData("{'descr': '<u4', 'fortran_order': False, 'shape': (2,), }", "element type '<u4'")]
    [InlineData("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "element type '|b1'")]
    [InlineData("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }", "structured element type")]
    [InlineData("{'descr': '<i4', 'fortran_order': True, 'shape': (2,), }", "Fortran order (expected C order")]
    [InlineData("{'descr': '<i4', 'fortran_order': 0, 'shape': (2,), }", "neither True nor False")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (), }", "0 dimensions (expected 1 or 2")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2), }", "a shape without comma")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2, 1), }", "more than 2 dimensions")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (-2,), }", "expected a number")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }", "needs exactly")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", "needs exactly")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "needs exactly")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (999999999999999999, 999999999999999999), }", "needs exactly")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (9223372036854775808,), }", "a shape beyond 10^18")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, }", "lacks a key")]
    [InlineData("{'descr': '<i4', 'descr': '<i4', 'shape': (2,), }", "unknown or repeated key 'descr'")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), 'x': 1}", "unknown or repeated key 'x'")]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (2,), } x", "text after the closing brace")]
    [InlineData("{'descr", "a string without end")]
    [InlineData("", "expected '{'")]
    public void AHeaderThatPromisesAnythingElseIsNamed(string text, string problem)
    {
        string path = _folder.Write("bad.npy", Bytes(1, text, [7, 0, 0, 0, 8, 0, 0, 0]));
        string message = Assert.Throws<NpyException>(() => NpyFile.Read<int>(path)).Message;
        Assert.StartsWith(path + ": ", message);
        Assert.Contains(problem, message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void AFileCutAtAnyLengthOrLongerIsAnError()
    {
        byte[] whole = Bytes(2, "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n", [7, 0, 0, 0, 8, 0, 0, 0]);
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _folder.Write("cut.npy", whole.AsSpan(0, length));
            Assert.StartsWith(path + ": ", Assert.Throws<NpyException>(() => NpyFile.Read<int>(path)).Message);
        }
        Assert.Contains("needs exactly", Assert.Throws<NpyException>(() => NpyFile.Read<int>(_folder.Write("long.npy", [.. whole, 0]))).Message);
    }

    [Theory, InlineData(1), InlineData(20_260_801)]
    public void ADamagedHeaderNeverGetsPastTheDoorAsAnythingButAnNpyError(int seed)
    {
        var random = new Random(seed);
        byte[] whole = Bytes(1, "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }\n", [7, 0, 0, 0, 8, 0, 0, 0]);
        for (int trial = 0; trial < 2_000; trial++)
        {
            byte[] damaged = [.. whole];
            for (int flips = random.Next(1, 4); flips > 0; flips--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            string path = _folder.Write("damaged.npy", damaged);
            try
            {
                Assert.Equal(2, NpyFile.Read<int>(path).Values.Length); // a changed value or version byte may still be a valid file
            }
            catch (NpyException error)
            {
                Assert.StartsWith(path, error.Message);
            }
        }
    }

    [Fact]
    public void WhatIsNotAReadableFileIsNamed()
    {
        Assert.Contains("no such file", Assert.Throws<NpyException>(() => NpyFile.Read<int>(_folder.File("missing.npy"))).Message);
        Assert.StartsWith(_folder.Path, Assert.Throws<NpyException>(() => NpyFile.Read<int>(_folder.Path)).Message);
        Assert.Contains("byte 0: not an .npy file", Assert.Throws<NpyException>(() => NpyFile.Read<int>(_folder.Write("text", "hello, world"u8))).Message);
        Assert.Contains("version 4.0", Assert.Throws<NpyException>(() => NpyFile.Read<int>(_folder.Write("v4", Bytes(4, "{}", [])))).Message);
        byte[] hostile = [.. Bytes(2, "{}", [])];
        BinaryPrimitives.WriteUInt32LittleEndian(hostile.AsSpan(8), uint.MaxValue);
        Assert.Contains("a header of 4294967295 bytes", Assert.Throws<NpyException>(() => NpyFile.Read<int>(_folder.Write("h", hostile))).Message);
    }

    [Fact]
    public void AnotherShapeThanWantedIsNamed()
    {
        string path = _folder.File("shape.npy");
        NpyFile.Write<int>(path, [1, 2, 3, 4, 5, 6], columns: 3);
        Assert.Contains("shape (2, 3) (expected (6,))", Assert.Throws<NpyException>(() => NpyFile.Read<int>(path, dimensions: 1, rows: 6)).Message);
        Assert.Contains("shape (2, 3) (expected (N, 2))", Assert.Throws<NpyException>(() => NpyFile.Read<int>(path, dimensions: 2, columns: 2)).Message);
    }

    private void ReadsBack<T>(T[] values) where T : unmanaged
    {
        string path = _folder.File("x.npy");
        NpyFile.Write<T>(path, values);
        NpyArray<T> line = NpyFile.Read<T>(path, dimensions: 1, rows: values.Length);
        Assert.Equal(values, line.Values);
        NpyFile.Write<T>(path, values, columns: 3);
        NpyArray<T> table = NpyFile.Read<T>(path, dimensions: 2, columns: 3);
        Assert.Equal((2, 2, 3), (table.Dimensions, table.Rows, table.Columns));
        Assert.Equal(values[3..], table.Row(1).ToArray());
    }

    private static byte[] Bytes(byte version, string text, byte[] data)
    {
        byte[] length = new byte[version == 1 ? 2 : 4];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        else BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.ASCII.GetBytes(text), .. data];
    }
}
