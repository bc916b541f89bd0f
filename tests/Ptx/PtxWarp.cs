using System.Numerics;

namespace Rubato.Tests.Ptx;

/// <summary>
/// 32 lanes in lock step. Of the lanes that can go on, those that are farthest behind go first (<see cref="PtxOrder"/>), so that lanes which
/// have taken different ways meet again; an instruction for the whole warp waits until every lane has come to it.
/// </summary>
internal sealed class PtxWarp(PtxProgram program, PtxBlock block, int index, int lanes)
{
    private readonly ulong[] _registers = new ulong[program.Kernel.Registers.Count * 32];
    private readonly uint[] _written = new uint[program.Kernel.Registers.Count];
    private readonly int[] _counters = new int[32];
    private uint _waiting;
    private bool _together = true; // every lane is at _counter; _counters counts only while they are apart
    private int _counter;

    public PtxBlock Block => block;

    /// <summary>Lanes that exist.</summary>
    public uint Present { get; } = lanes == 32 ? uint.MaxValue : (1u << lanes) - 1;

    /// <summary>Lanes that have returned.</summary>
    public uint Exited { get; private set; }

    /// <summary>The barrier at which all lanes wait, as an index of a step; −1 while the warp runs or has ended.</summary>
    public int BarrierAt { get; private set; } = -1;

    /// <summary>Copies begun by each lane: groups, oldest first; the last is open.</summary>
    public List<List<(int At, byte[] Data)>>[] Copies { get; } = [.. Enumerable.Range(0, 32).Select(_ => new List<List<(int, byte[])>> { new() })];

    public int Thread(int lane) => index * 32 + lane;

    public ulong Read(int register, int lane)
    {
        if ((_written[register] >> lane & 1) == 0)
            throw new PtxException($"register {program.Kernel.Registers.Values.ElementAt(register).Name} of lane {lane} is read before it is written");
        return _registers[register * 32 + lane];
    }

    public void Write(int register, int lane, ulong value)
    {
        _registers[register * 32 + lane] = value;
        _written[register] |= 1u << lane;
    }

    /// <summary>Past the barrier.</summary>
    public void Release()
    {
        _counter = BarrierAt + 1;
        BarrierAt = -1;
        _waiting = 0;
    }

    /// <summary>Runs until every lane has returned or all wait at a barrier.</summary>
    public void Run()
    {
        while (true)
        {
            uint runnable = Present & ~Exited & ~_waiting;
            if (runnable == 0)
            {
                if (_waiting == 0) return;
                if (!MeetAtBarrier()) throw Diverged();
                return;
            }
            if (_together)
            {
                Step(_counter, Present);
                continue;
            }
            int first = _counters[BitOperations.TrailingZeroCount(runnable)];
            for (uint rest = runnable; rest != 0; rest &= rest - 1)
            {
                int counter = _counters[BitOperations.TrailingZeroCount(rest)];
                if (program.Order[counter] < program.Order[first]) first = counter;
            }
            Step(first, At(first, runnable));
        }
    }

    private void Step(int at, uint active)
    {
        if (at == program.Steps.Length) throw new PtxException("a thread runs past the end of the kernel");
        PtxStep step = program.Steps[at];
        program.Spend(active);
        block.Launch.Traffic?.Issue(step.Source);
        try
        {
            uint taking = active;
            if (step.Guard >= 0)
            {
                taking = 0;
                for (uint rest = active; rest != 0; rest &= rest - 1)
                {
                    int lane = BitOperations.TrailingZeroCount(rest);
                    if (Read(step.Guard, lane) != 0 != step.Source.GuardNegated) taking |= 1u << lane;
                }
            }
            switch (step.Kind)
            {
                case PtxStepKind.Plain:
                    if (taking != 0) step.Execute!(this, taking);
                    Move(active, at + 1);
                    break;
                case PtxStepKind.Branch or PtxStepKind.UniformBranch:
                    if (step.Kind == PtxStepKind.UniformBranch && taking != 0 && taking != active)
                        throw new PtxException($"lanes {taking:x8} of {active:x8} take a uniform branch");
                    Move(active & ~taking, at + 1);
                    Move(taking, step.Target);
                    break;
                case PtxStepKind.Return:
                    Exited |= taking;
                    Move(active & ~taking, at + 1);
                    break;
                case PtxStepKind.Converged or PtxStepKind.Barrier:
                    uint met = At(at, Present & ~Exited);
                    if (step.Kind == PtxStepKind.Converged && met == Present && Exited == 0)
                    {
                        step.Execute!(this, met);
                        _waiting &= ~met;
                        Move(met, at + 1);
                    }
                    else _waiting |= met;
                    break;
            }
        }
        catch (PtxException problem) when (!problem.Data.Contains("located"))
        {
            var located = new PtxException($"{program.Kernel.Name}, {step.Source}, block {block.Name}, warp {index}, lanes {active:x8}: {problem.Message}");
            located.Data["located"] = true;
            throw located;
        }
    }

    private bool MeetAtBarrier()
    {
        int first = _together ? _counter : _counters[BitOperations.TrailingZeroCount(_waiting)];
        if (program.Steps[first].Kind != PtxStepKind.Barrier || At(first, Present) != Present || Exited != 0) return false;
        (BarrierAt, _together) = (first, true);
        return true;
    }

    private PtxException Diverged()
    {
        IEnumerable<string> places = Enumerable.Range(0, 32).Where(lane => (_waiting >> lane & 1) != 0)
            .GroupBy(lane => _together ? _counter : _counters[lane]).Select(group => $"lanes {string.Join(' ', group)} wait at {program.Steps[group.Key].Source}");
        string ended = Exited == 0 ? "" : $"; lanes {Exited:x8} have returned";
        return new PtxException($"{program.Kernel.Name}, block {block.Name}, warp {index} has diverged: {string.Join("; ", places)}{ended}");
    }

    private uint At(int counter, uint among)
    {
        if (_together) return counter == _counter ? among : 0;
        uint found = 0;
        for (uint rest = among; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if (_counters[lane] == counter) found |= 1u << lane;
        }
        return found;
    }

    private void Move(uint lanes, int counter)
    {
        if (lanes == 0) return;
        if (lanes == Present)
        {
            (_together, _counter) = (true, counter);
            return;
        }
        if (_together) Array.Fill(_counters, _counter);
        _together = false;
        for (uint rest = lanes; rest != 0; rest &= rest - 1) _counters[BitOperations.TrailingZeroCount(rest)] = counter;
    }
}
