using System.Text;

namespace Rubato.Kernels.Cuda;

/// <summary>A loaded kernel.</summary>
internal sealed unsafe class CudaModule : CudaHandle
{
    private const int RegistersAttribute = 4, LocalBytesAttribute = 3, LogBytes = 8192, InputPtx = 1;

    /// <summary>Options of the compiler: where its messages go and how long they may be.</summary>
    private const int ErrorLogOption = 5, ErrorLogBytesOption = 6;

    private CudaModule(CudaApi api, nint handle, nint function) : base(api, handle) => Function = function;

    /// <summary>The entry point.</summary>
    public nint Function { get; }

    /// <summary>Registers of a thread.</summary>
    public int Registers => Attribute(RegistersAttribute);

    /// <summary>Bytes of local memory of a thread: above 0 where registers were spilled.</summary>
    public int LocalBytes => Attribute(LocalBytesAttribute);

    /// <summary>Loads machine code.</summary>
    /// <param name="api">the driver</param>
    /// <param name="image">what <see cref="Compile"/> made</param>
    /// <param name="entry">name of the entry point</param>
    /// <exception cref="DeviceException">It is not for this device, or lacks the entry point.</exception>
    public static CudaModule Load(CudaApi api, ReadOnlySpan<byte> image, string entry)
    {
        nint module, function;
        fixed (byte* data = image) api.Check(api.ModuleLoadData(&module, data, 0, null, null), $"loading {entry}");
        byte[] name = Encoding.UTF8.GetBytes(entry + '\0');
        int status;
        fixed (byte* text = name) status = api.ModuleGetFunction(&function, module, text);
        if (status != 0) _ = api.ModuleUnload(module);
        api.Check(status, $"finding {entry} in its module");
        return new CudaModule(api, module, function);
    }

    /// <summary>Compiles PTX for the current device.</summary>
    /// <returns>machine code, to be loaded or kept</returns>
    /// <exception cref="DeviceException">The driver does not take it; the message carries the compiler's log.</exception>
    public static byte[] Compile(CudaApi api, string ptx, string entry)
    {
        byte[] text = Encoding.UTF8.GetBytes(ptx + '\0'), log = new byte[LogBytes];
        nint linker = 0;
        // SAFETY: text and log stay pinned while the linker lives; the image belongs to the linker and is copied before it is destroyed.
        fixed (byte* source = text, messages = log)
        {
            int* options = stackalloc int[2] { ErrorLogOption, ErrorLogBytesOption };
            void** values = stackalloc void*[2] { messages, (void*)LogBytes };
            try
            {
                api.Check(api.LinkCreate(2, options, values, &linker), $"starting the compiler for {entry}");
                int status = api.LinkAddData(linker, InputPtx, source, (nuint)text.Length, null, 0, null, null);
                void* image = null;
                nuint bytes = 0;
                if (status == 0) status = api.LinkComplete(linker, &image, &bytes);
                if (status != 0) throw new DeviceException($"compiling {entry} failed: {api.StatusName(status)}{Log(log)}");
                return new ReadOnlySpan<byte>(image, checked((int)bytes)).ToArray();
            }
            finally
            {
                if (linker != 0) _ = api.LinkDestroy(linker);
            }
        }
    }

    protected override bool ReleaseHandle() => Api.ModuleUnload(handle) == 0;

    private static string Log(byte[] log)
    {
        int end = Array.IndexOf(log, (byte)0);
        string text = Encoding.UTF8.GetString(log, 0, end < 0 ? log.Length : end).Trim();
        return text.Length == 0 ? "" : "; the compiler says: " + text.ReplaceLineEndings(" ");
    }

    private int Attribute(int attribute)
    {
        int value;
        Api.Check(Api.FunctionGetAttribute(&value, attribute, Function), "asking for an attribute of a kernel");
        return value;
    }
}
