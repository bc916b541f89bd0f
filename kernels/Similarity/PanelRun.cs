using System.Runtime.InteropServices;
using Rubato.Kernels.Selection;

namespace Rubato.Kernels.Similarity;

/// <summary>One pass of a block of queries over panels of rows.</summary>
internal unsafe ref struct PanelRun
{
    /// <summary>Panel code scores whole steps of this many rows.</summary>
    public const int RowStep = 32;

    /// <summary>Groups that share the reading of the next panel at most: by then memory is not what they wait for.</summary>
    private const int AheadShareMax = 4;

    /// <summary>Floats of a group in <see cref="PanelArguments.LaneBounds"/>.</summary>
    private const int GroupFloats = 4 * PanelArguments.Lanes;

    private readonly ScanRequest _request;
    private readonly ScanWorkspace _workspace;
    private readonly PanelArithmetic _arithmetic;
    private readonly ReadOnlySpan<Lane> _lanes;
    private readonly ReadOnlySpan<SurvivorBuffer> _survivors;
    private readonly byte* _plain, _interleaved;
    private readonly float* _bounds;
    private readonly long _groupBytes;
    private readonly bool _filtered;
    private readonly PanelCode _ahead, _resident, _last;
    private readonly int _aheadShare;
    private readonly long _panelBytes;
    private PanelArguments _arguments;

    public PanelRun(
        in ScanRequest request, ScanWorkspace workspace, PanelArithmetic arithmetic, PanelCodes codes,
        ReadOnlySpan<Lane> lanes, ReadOnlySpan<SurvivorBuffer> survivors, bool ahead)
    {
        _request = request;
        _filtered = !request.Allowed.IsEmpty;
        _workspace = workspace;
        _arithmetic = arithmetic;
        _lanes = lanes;
        _survivors = survivors;
        PanelWorkspace panel = workspace.Panel;
        int dimension = request.Items.Dimension, queryBytes = arithmetic.QueryBytes(dimension), groups = Groups;
        _groupBytes = (long)PanelArguments.Lanes * queryBytes;
        _plain = panel.Plain.Current<byte>();
        _interleaved = panel.Interleaved.Reserve<byte>(groups * _groupBytes);
        _bounds = panel.LaneBounds.Reserve<float>((long)groups * GroupFloats);
        _arguments.HitIds = panel.HitIds.Reserve<int>(PanelArguments.HitCapacity);
        _arguments.HitValues = panel.HitValues.Reserve<int>(PanelArguments.HitCapacity);
        _arguments.Scratch = panel.Scratch.Reserve<byte>(PanelArguments.ScratchBytes);
        _arguments.RowBytes = arithmetic.RowBytes(request.Items);
        _panelBytes = (long)PanelSize.Rows(_arguments.RowBytes) * _arguments.RowBytes;
        int lastLanes = lanes.Length - (groups - 1) * PanelArguments.Lanes;
        _aheadShare = ahead ? 1 << int.Log2(Math.Min(groups, AheadShareMax)) : 0;
        _last = codes.For(dimension, lastLanes, groups == _aheadShare ? _aheadShare : 0); // code is assembled when it is asked for
        _ahead = groups > 1 ? codes.For(dimension, PanelArguments.Lanes, _aheadShare) : _last;
        _resident = groups > _aheadShare + 1 ? codes.For(dimension, PanelArguments.Lanes, aheadShare: 0) : _last;
        // SAFETY: the plain queries were reserved for whole groups; lanes without a query are zero, so that they never hit
        NativeMemory.Clear(_plain + (long)lanes.Length * queryBytes, (nuint)(((long)groups * PanelArguments.Lanes - lanes.Length) * queryBytes));
        for (int group = 0; group < groups; group++)
        {
            if (Code(group).Interleaved)
                arithmetic.Interleave(_plain + group * _groupBytes, _interleaved + group * _groupBytes, queryBytes, PanelArguments.Lanes);
            for (int lane = 0; lane < PanelArguments.Lanes; lane++)
                Describe(group, lane);
        }
    }

    private readonly int Groups => (_lanes.Length + PanelArguments.Lanes - 1) / PanelArguments.Lanes;

    /// <summary>Scores a panel for all queries.</summary>
    /// <param name="rows">row 0 of the panel</param>
    /// <param name="blocks">its block; null for fp32 values</param>
    /// <param name="firstRow">its number in the matrix</param>
    /// <param name="count">rows in the panel; memory is readable up to the next multiple of <see cref="RowStep"/></param>
    public void Panel(byte* rows, QuantisedBlock* blocks, int firstRow, int count) => Panel(rows, blocks, firstRow, count, RowStep);

    /// <summary>Scores a panel of copies: steps of a sample, for all queries.</summary>
    /// <param name="rows">row 0 of the matrix</param>
    /// <param name="blocks">its block; null for fp32 values</param>
    /// <param name="sample">which rows</param>
    /// <param name="firstStep">the first step of the panel</param>
    /// <param name="steps">steps in the panel</param>
    public void Sample(byte* rows, QuantisedBlock* blocks, in RowSample sample, int firstStep, int steps)
    {
        const int stepBlocks = RowStep / QuantisedRows.BlockRows;
        long stepBytes = (long)RowStep * _arguments.RowBytes;
        byte* copy = _workspace.Panel.Copy.Reserve<byte>(steps * stepBytes);
        QuantisedBlock* blockCopy = _workspace.Panel.BlockCopy.Reserve<QuantisedBlock>(steps * stepBlocks);
        for (int i = 0; i < steps; i++)
        {
            // SAFETY: a step of a sample lies within the matrix, and both copies have room for all steps
            int row = sample.Row(firstStep + i);
            NativeMemory.Copy(rows + (long)row * _arguments.RowBytes, copy + i * stepBytes, (nuint)stepBytes);
            if (_arithmetic.ReadsCodes)
                new Span<QuantisedBlock>(blocks + row / QuantisedRows.BlockRows, stepBlocks).CopyTo(new(blockCopy + i * stepBlocks, stepBlocks));
        }
        Panel(copy, blockCopy, sample.Row(firstStep), steps * RowStep, sample.Stride);
    }

    /// <summary>A panel whose steps lie stride rows apart in the matrix.</summary>
    private void Panel(byte* rows, QuantisedBlock* blocks, int firstRow, int count, int stride)
    {
        _arguments.Rows = rows;
        _arguments.Blocks = blocks;
        for (int group = 0; group < Groups && count > 0; group++)
        {
            PanelCode code = Code(group);
            _arguments.Queries = (code.Interleaved ? _interleaved : _plain) + group * _groupBytes;
            _arguments.LaneBounds = _bounds + group * GroupFloats;
            _arguments.LaneCount = Math.Min(PanelArguments.Lanes, _lanes.Length - group * PanelArguments.Lanes);
            _arguments.Row = 0;
            _arguments.Ahead = rows + _panelBytes + (group < _aheadShare ? group * (_panelBytes / _aheadShare) : 0);
            _arguments.RowEnd = (count + RowStep - 1) / RowStep * RowStep;
            fixed (PanelArguments* arguments = &_arguments)
                while (_arguments.Row < _arguments.RowEnd)
                {
                    _arguments.HitCount = 0;
                    code.Run(arguments);
                    Drain(group, firstRow, count, stride);
                }
        }
    }

    /// <summary>The first groups prefetch the next panel.</summary>
    private readonly PanelCode Code(int group) => group == Groups - 1 ? _last : group < _aheadShare ? _ahead : _resident;

    /// <summary>Moves hits to the survivors of their queries.</summary>
    private readonly void Drain(int group, int firstRow, int count, int stride)
    {
        int firstLane = group * PanelArguments.Lanes;
        bool codes = _arithmetic.ReadsCodes;
        for (int i = 0; i < _arguments.HitCount; i++)
        {
            // SAFETY: the code wrote HitCount hits of rows below RowEnd, and blocks are padded that far
            int id = _arguments.HitIds[i], row = id >> PanelArguments.LaneBits, lane = id & (PanelArguments.Lanes - 1);
            ref readonly Lane query = ref _lanes[firstLane + lane];
            SurvivorBuffer survivors = _survivors[query.Query];
            int matrixRow = firstRow + row / RowStep * stride + row % RowStep;
            if (row >= count || survivors.Crowded || (_filtered && !RowFilter.Allows(_request.Filter(query.Query), matrixRow)))
                continue;
            QuantisedBlock block = codes ? _arguments.Blocks[row / QuantisedRows.BlockRows] : new(Scale: 1, ErrorMax: 0, NormMax: 0);
            float hit = codes ? _arguments.HitValues[i] : BitConverter.Int32BitsToSingle(_arguments.HitValues[i]);
            float score = hit * block.Scale * query.Scale;
            float error = query.ErrorFactor * block.ErrorMax + query.NormFactor * block.NormMax + query.Constant;
            if (score + error < survivors.Bar)
                continue; // the bar has risen since the hit was written
            if (survivors.Full && survivors.Reserve(room: 1, _workspace))
                Describe(group, lane);
            if (!survivors.Crowded)
                survivors.Append(score - error * query.Margin, score + error, matrixRow);
        }
    }

    /// <summary>Tells the code what a lane compares with; lanes without a query, or given up, meet a bar that nothing reaches.</summary>
    private readonly void Describe(int group, int lane)
    {
        int index = group * PanelArguments.Lanes + lane;
        float* half = _bounds + group * GroupFloats + lane / 16 * 64 + lane % 16; // SAFETY: 128 floats per group, lane below 32
        bool open = index < _lanes.Length && !_survivors[_lanes[index].Query].Crowded;
        half[0] = open ? _arithmetic.CodeBar(_lanes[index], _survivors[_lanes[index].Query].Bar) : float.PositiveInfinity;
        half[16] = open ? _lanes[index].ErrorFactor / _lanes[index].Scale : 0;
        half[32] = open ? _lanes[index].NormFactor / _lanes[index].Scale : 0;
        ((int*)half)[48] = open ? _lanes[index].FirstSum : 0;
    }
}
