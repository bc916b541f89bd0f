using ILGPU;
using ILGPU.Runtime.Cuda;

namespace Rubato.KernelCompiler;

/// <summary>Loads and stores by device address; the text pass makes them global accesses.</summary>
internal static unsafe class Device
{
    public static float Float(long address, long index) => *(float*)(address + 4 * index);

    public static double Double(long address, long index) => *(double*)(address + 8 * index);

    public static int Int(long address, long index) => *(int*)(address + 4 * index);

    public static int UShort(long address, long index) => *(ushort*)(address + 2 * index);

    public static ulong ULong(long address, long index) => *(ulong*)(address + 8 * index);

    public static void Store(long address, long index, float value) => *(float*)(address + 4 * index) = value;

    public static void Store(long address, long index, double value) => *(double*)(address + 8 * index) = value;

    public static void Store(long address, long index, int value) => *(int*)(address + 4 * index) = value;

    public static void Store(long address, long index, ulong value) => *(ulong*)(address + 8 * index) = value;

    public static int Add(long address, long index, int value) => Atomic.Add(ref *(int*)(address + 4 * index), value);

    public static void Add(long address, long index, long value) => Atomic.Add(ref *(long*)(address + 8 * index), value);

    /// <summary>What is read once, and leaves the first-level cache to what is read often.</summary>
    public static float FloatOnce(long address, long index)
    {
        Input<long> at = address + 4 * index;
        Output<float> value = default;
        CudaAsm.EmitRef("ld.global.nc.L1::no_allocate.f32 %0, [%1];", ref value, ref at);
        return value.Value;
    }

    /// <summary>The same of 16 bits.</summary>
    public static int UShortOnce(long address, long index)
    {
        Input<long> at = address + 2 * index;
        Output<int> value = default;
        CudaAsm.EmitRef("ld.global.nc.L1::no_allocate.u16 %0, [%1];", ref value, ref at); // a wider register is filled up with zeros
        return value.Value;
    }

    /// <summary>Two doubles at once, through the read-only path.</summary>
    public static Pair Pair(long address, long index)
    {
        Input<long> at = address + 16 * index;
        Output<double> x = default, y = default;
        CudaAsm.EmitRef("ld.global.nc.v2.f64 {%0, %1}, [%2];", ref x, ref y, ref at);
        return new Pair(x.Value, y.Value);
    }

    /// <summary>16 bytes at once, through the read-only path.</summary>
    public static Quad Quad(long address)
    {
        Input<long> at = address;
        Output<uint> x = default, y = default, z = default, w = default;
        CudaAsm.EmitRef("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];", ref x, ref y, ref z, ref w, ref at);
        return new Quad(x.Value, y.Value, z.Value, w.Value);
    }
}
