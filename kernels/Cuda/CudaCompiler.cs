using System.Text;

namespace Rubato.Kernels.Cuda;

/// <summary>The driver's own compiler: PTX in, machine code of the context's device out.</summary>
internal static unsafe class CudaCompiler
{
    private const int PtxInput = 1; // CUjitInputType

    /// <param name="context">current on the calling thread</param>
    /// <param name="entry">name of the kernel</param>
    /// <param name="ptx">its PTX, ending with a zero byte</param>
    /// <exception cref="CudaException">The PTX is refused; the message holds the compiler's log.</exception>
    public static byte[] Compile(CudaContext context, string entry, ReadOnlySpan<byte> ptx)
    {
        CudaApi api = context.Driver.Api;
        using var log = new JitLog();
        nint link = 0;
        log.Check(context, api.LinkCreate(JitLog.Options, log.Keys, log.Values, &link), "cuLinkCreate");
        try
        {
            CudaResult added;
            fixed (byte* image = ptx, name = Encoding.ASCII.GetBytes(entry + ".ptx\0"))
                added = api.LinkAdd(link, PtxInput, image, (nuint)ptx.Length, name, 0, null, null);
            log.Check(context, added, $"cuLinkAddData of {entry}.ptx");
            void* cubin = null;
            nuint bytes = 0;
            log.Check(context, api.LinkComplete(link, &cubin, &bytes), $"cuLinkComplete of {entry}.ptx");
            return new ReadOnlySpan<byte>(cubin, checked((int)bytes)).ToArray(); // SAFETY: the link owns these bytes until it is destroyed
        }
        finally
        {
            _ = api.LinkDestroy(link);
        }
    }
}
