using System.Numerics;

namespace Rubato.Tests.Ptx;

/// <summary>A decoded kernel that can be launched.</summary>
internal sealed class PtxProgram
{
    /// <summary>Lane steps of a launch after which it is taken to be endless.</summary>
    private const long LaneStepsMax = 4_000_000_000;

    [ThreadStatic]
    private static long _laneSteps;

    public PtxProgram(string ptx)
    {
        Kernel = PtxParser.Parse(ptx);
        Steps = [.. Kernel.Instructions.Select(instruction => PtxDecoder.Decode(Kernel, instruction))];
        Order = new PtxOrder(Steps);
    }

    public PtxKernel Kernel { get; }

    public PtxStep[] Steps { get; }

    /// <summary>Which lanes go first where they are apart.</summary>
    public PtxOrder Order { get; }

    /// <summary>Runs every block of a grid, one after the other.</summary>
    /// <exception cref="PtxException">The kernel did something that it must not do, or the launch does not fit it.</exception>
    public void Launch(PtxGlobalMemory memory, ReadOnlySpan<byte> parameters, int gridX, int gridY, int blockThreads, bool backwards = false, PtxTraffic? traffic = null)
    {
        if (parameters.Length != Kernel.ParameterBytes) throw new PtxException($"{Kernel.Name} takes {Kernel.ParameterBytes} parameter bytes, not {parameters.Length}");
        if (blockThreads > Kernel.BlockThreads && Kernel.BlockThreads > 0) throw new PtxException($"{Kernel.Name} has at most {Kernel.BlockThreads} threads to a block");
        _laneSteps = 0;
        var launch = new PtxLaunch(memory, parameters.ToArray(), gridX, gridY, blockThreads, backwards, traffic);
        memory.Begin();
        for (int i = 0; i < gridX * gridY; i++)
        {
            int block = backwards ? gridX * gridY - 1 - i : i;
            new PtxBlock(this, launch, block % gridX, block / gridX).Run();
        }
    }

    internal void Spend(uint active)
    {
        _laneSteps += BitOperations.PopCount(active);
        if (_laneSteps > LaneStepsMax) throw new PtxException($"the launch has not ended after {LaneStepsMax} lane steps");
    }
}
