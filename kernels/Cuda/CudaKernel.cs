namespace Rubato.Kernels.Cuda;

/// <summary>A kernel that is ready to be launched on one device.</summary>
/// <typeparam name="TParameters">its one parameter, a blittable struct</typeparam>
internal sealed unsafe class CudaKernel<TParameters> : IDisposable where TParameters : unmanaged
{
    private readonly CudaModule _module;
    private readonly KernelEntry _entry;
    private readonly nint _function;

    private CudaKernel(CudaModule module, KernelEntry entry)
    {
        _module = module;
        _entry = entry;
        _function = module.Function(entry.Entry);
    }

    /// <summary>Loads a kernel, from the cache where it is there and works.</summary>
    /// <param name="context">current on the calling thread</param>
    /// <param name="kernels">the PTX</param>
    /// <param name="entry">name of the kernel</param>
    /// <param name="cache">machine code of earlier runs</param>
    /// <exception cref="DeviceException">The manifest does not match this build, or the driver refuses the kernel.</exception>
    public static CudaKernel<TParameters> Load(CudaContext context, EmbeddedKernels kernels, string entry, CubinCache cache)
    {
        KernelEntry described = kernels.Entry(entry);
        if (described.ParameterBytes != sizeof(TParameters))
            throw new CudaException($"the kernel manifest says that {entry} takes {described.ParameterBytes} bytes of parameters, and this build passes "
                + $"{sizeof(TParameters)}: it is of another build");
        CudaModule module = CudaModule.Load(context, kernels, entry, cache);
        try
        {
            return new CudaKernel<TParameters>(module, described);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Submits the kernel.</summary>
    /// <param name="stream">of the kernel's context, which is current on the calling thread</param>
    /// <param name="blocks">blocks of the grid, 1 or more</param>
    /// <param name="parameters">read during the call</param>
    /// <param name="blocksY">blocks of its second dimension, 1 to 65,535</param>
    public void Launch(CudaStream stream, int blocks, in TParameters parameters, int blocksY = 1)
    {
        fixed (TParameters* pointer = &parameters)
        {
            void* argument = pointer;
            CudaResult result = _module.Context.Driver.Api.Launch(
                _function, (uint)blocks, (uint)blocksY, 1, (uint)_entry.BlockThreads, 1, 1, 0, stream.Value, &argument, null);
            if (result != CudaResult.Success) _module.Context.Driver.Check(result, $"cuLaunchKernel of {_entry.Entry} on {_module.Context.Device.Name}");
        }
    }

    public void Dispose() => _module.Dispose();
}
