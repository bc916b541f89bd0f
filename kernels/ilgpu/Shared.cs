using ILGPU.Runtime.Cuda;

namespace Rubato.KernelCompiler;

/// <summary>Loads and stores by address of shared memory, 32 bits wide; they stay where they are written.</summary>
internal static class Shared
{
    public static float Float(uint address)
    {
        CudaAsm.Emit("ld.shared.f32 %0, [%1];", out float value, address);
        return value;
    }

    public static int Int(uint address)
    {
        CudaAsm.Emit("ld.shared.b32 %0, [%1];", out int value, address);
        return value;
    }

    /// <summary>Two integers at once; the address is a multiple of 8.</summary>
    public static IntPair Pair(uint address)
    {
        Input<uint> at = address;
        Output<int> x = default, y = default;
        CudaAsm.EmitRef("ld.shared.v2.b32 {%0, %1}, [%2];", ref x, ref y, ref at);
        return new IntPair(x.Value, y.Value);
    }

    public static void Store(uint address, int value) => CudaAsm.Emit("st.shared.b32 [%0], %1;", address, value);

    public static void Store(uint address, float value) => CudaAsm.Emit("st.shared.f32 [%0], %1;", address, value);
}
