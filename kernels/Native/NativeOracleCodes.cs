using System.Collections.Concurrent;
using Rubato.Kernels.Allocation;

namespace Rubato.Kernels.Native;

/// <summary>Oracle codes assembled on first use for each shape of a slice, and kept.</summary>
/// <param name="map">maps machine code</param>
internal sealed unsafe class NativeOracleCodes(Func<byte[], ExecutableMemory> map)
{
    private readonly ConcurrentDictionary<OracleShape, ExecutableMemory> _assembled = new();

    /// <summary>The code for slices of a shape; valid as long as this object lives.</summary>
    public delegate* unmanaged<OracleArguments*, void> For(OracleShape shape) => (delegate* unmanaged<OracleArguments*, void>)
        _assembled.GetOrAdd(shape, static (shape, map) => map(new OracleAssembler(shape).Assemble()), map).Address;
}
