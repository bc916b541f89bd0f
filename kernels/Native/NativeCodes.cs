using System.Collections.Concurrent;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels.Native;

/// <summary>Panel codes assembled on first use for each shape of the work, and kept.</summary>
/// <param name="codes">int8 codes rather than fp32 values</param>
/// <param name="tiles">tile products for more than one query</param>
/// <param name="map">maps machine code</param>
internal sealed class NativeCodes(bool codes, bool tiles, Func<byte[], ExecutableMemory> map) : PanelCodes
{
    private readonly ConcurrentDictionary<PanelShape, PanelCode> _assembled = new();

    public override PanelCode For(int dimension, int lanes, int aheadShare)
    {
        int halves = lanes == 1 ? 0 : (lanes + 15) / 16;
        int rowBytes = codes ? QuantisedRows.Padded(dimension) : dimension * sizeof(float);
        var shape = new PanelShape(codes, tiles && halves > 0, rowBytes, halves, aheadShare);
        return _assembled.GetOrAdd(shape, static (shape, self) => self.Assemble(shape), this);
    }

    private NativePanelCode Assemble(PanelShape shape)
    {
        PanelAssembler assembler = shape.Tiles ? new TilesAssembler(shape)
            : shape.Halves > 0 ? new LanesAssembler(shape) : new RowsAssembler(shape);
        return new(map(assembler.Assemble()), interleaved: shape.Halves > 0);
    }
}
