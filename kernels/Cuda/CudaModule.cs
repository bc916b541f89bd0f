using System.Text;

namespace Rubato.Kernels.Cuda;

/// <summary>A module that the driver has loaded, and its kernel.</summary>
internal sealed unsafe class CudaModule : CudaObject
{
    private const int SharedBytesAttribute = 1, LocalBytesAttribute = 3, RegistersAttribute = 4; // CUfunction_attribute

    private CudaModule(CudaContext context, nint value) : base(context, value)
    {
    }

    /// <summary>Loads machine code or PTX, which the driver compiles.</summary>
    /// <param name="context">current on the calling thread</param>
    /// <param name="image">machine code, or PTX that ends with a zero byte</param>
    /// <param name="name">name for messages</param>
    /// <exception cref="CudaException">The driver refuses it; the message holds the compiler's log.</exception>
    public static CudaModule Load(CudaContext context, ReadOnlySpan<byte> image, string name)
    {
        using var log = new JitLog();
        nint module = 0;
        CudaResult result;
        fixed (byte* bytes = image) result = context.Driver.Api.ModuleLoad(&module, bytes, JitLog.Options, log.Keys, log.Values);
        log.Check(context, result, $"cuModuleLoadDataEx of {name}");
        return new CudaModule(context, module);
    }

    /// <summary>Loads a kernel's module, from the cache where it is there and works.</summary>
    /// <param name="context">current on the calling thread</param>
    /// <param name="kernels">the PTX</param>
    /// <param name="entry">name of the kernel</param>
    /// <param name="cache">machine code of earlier runs</param>
    /// <exception cref="DeviceException">The manifest does not match, or the driver refuses the kernel.</exception>
    public static CudaModule Load(CudaContext context, EmbeddedKernels kernels, string entry, CubinCache cache)
    {
        string file = CubinCache.NameOf(context.Device, kernels.Entry(entry));
        byte[] ptx = Encoding.UTF8.GetBytes(kernels.Ptx(entry) + '\0');
        if (cache.Find(file) is { } kept)
        {
            try
            {
                return Load(context, kept, file);
            }
            catch (CudaException failure) when (failure.Result is CudaResult.InvalidImage or CudaResult.NoBinaryForGpu)
            {
                // Whole, but not of this driver: it is compiled again and replaced.
            }
        }
        byte[] cubin = CudaCompiler.Compile(context, entry, ptx);
        CudaModule module = Load(context, cubin, entry);
        cache.Keep(file, cubin);
        return module;
    }

    /// <summary>Finds a kernel.</summary>
    /// <exception cref="CudaException">The module does not hold it.</exception>
    public nint Function(string entry)
    {
        nint function = 0;
        fixed (byte* name = Encoding.ASCII.GetBytes(entry + '\0'))
            Check(Api.ModuleGetFunction(&function, handle, name), $"cuModuleGetFunction of {entry}");
        return function;
    }

    /// <summary>What the compiler made of a kernel.</summary>
    public CudaKernelUse Use(string entry)
    {
        nint function = Function(entry);
        return new CudaKernelUse(entry, Attribute(RegistersAttribute), Attribute(LocalBytesAttribute), Attribute(SharedBytesAttribute));

        int Attribute(int number)
        {
            int value = 0;
            Check(Api.FunctionGetAttribute(&value, number, function), $"cuFuncGetAttribute of {entry}");
            return value;
        }
    }

    protected override CudaResult Free() => Api.ModuleUnload(handle);
}
