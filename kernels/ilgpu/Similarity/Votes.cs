using ILGPU;
using ILGPU.Runtime.Cuda;

namespace Rubato.KernelCompiler.Similarity;

/// <summary>What the threads of a warp decide together; all of them have to take part.</summary>
internal static class Votes
{
    /// <summary>One bit for each lane: whether its flag is set.</summary>
    public static uint Ballot(bool flag)
    {
        CudaAsm.Emit("{ .reg .pred %%flag; setp.ne.s32 %%flag, %1, 0; vote.sync.ballot.b32 %0, %%flag, 0xffffffff; }", out uint votes, flag ? 1 : 0);
        return votes;
    }

    /// <summary>How many lanes have the flag set.</summary>
    public static int Count(bool flag) => IntrinsicMath.PopCount(Ballot(flag));

    /// <summary>The sum over the lanes, in all of them.</summary>
    public static int Sum(int value)
    {
        CudaAsm.Emit("redux.sync.add.s32 %0, %1, 0xffffffff;", out int sum, value);
        return sum;
    }
}
