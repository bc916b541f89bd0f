using ILGPU.Runtime.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>Asynchronous copies, matrix loads and matrix products, instruction by instruction.</summary>
internal static class Matrix
{
    /// <summary>Begins to copy 16 bytes from global to shared memory.</summary>
    public static void Copy(uint shared, long global) => CudaAsm.Emit("cp.async.cg.shared.global [%0], [%1], 16;", shared, global);

    /// <summary>Closes the group of copies begun since the last.</summary>
    public static void Commit() => CudaAsm.Emit("cp.async.commit_group;");

    /// <summary>Waits until at most the newest group is under way.</summary>
    public static void WaitAllButOne() => CudaAsm.Emit("cp.async.wait_group 1;");

    /// <summary>Four 8 × 16 byte matrices; lane i gives the address of row i mod 8 of matrix i / 8.</summary>
    public static Quad Load(uint shared)
    {
        Input<uint> at = shared;
        Output<uint> x = default, y = default, z = default, w = default;
        CudaAsm.EmitRef("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];", ref x, ref y, ref z, ref w, ref at);
        return new Quad(x.Value, y.Value, z.Value, w.Value);
    }

    /// <summary>sums + rows [16 × 32 u8] · queries [32 × 8 s8]</summary>
    public static MatrixTile MultiplyAdd(Quad rows, uint queries0, uint queries1, MatrixTile sums)
    {
        Input<uint> a0 = rows.X, a1 = rows.Y, a2 = rows.Z, a3 = rows.W, b0 = queries0, b1 = queries1;
        Input<int> c0 = sums.X, c1 = sums.Y, c2 = sums.Z, c3 = sums.W;
        Output<int> x = default, y = default, z = default, w = default;
        CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%10, %11, %12, %13};",
            ref x, ref y, ref z, ref w, ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref c0, ref c1, ref c2, ref c3);
        return new MatrixTile(x.Value, y.Value, z.Value, w.Value);
    }
}
