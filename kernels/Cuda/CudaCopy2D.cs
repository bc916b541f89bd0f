using System.Runtime.InteropServices;

namespace Rubato.Kernels.Cuda;

/// <summary>CUDA_MEMCPY2D: copies the beginnings of equally long rows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CudaCopy2D
{
    /// <summary>CUmemorytype.</summary>
    public const int Host = 1, Device = 2;

    /// <summary>Where reading begins, in bytes and rows.</summary>
    public nuint SourceX, SourceY;

    public int SourceType;

    public void* SourceHost;

    public long SourceDevice;

    public nint SourceArray;

    /// <summary>Bytes from row to row.</summary>
    public nuint SourcePitch;

    /// <summary>Where writing begins, in bytes and rows.</summary>
    public nuint TargetX, TargetY;

    public int TargetType;

    public void* TargetHost;

    public long TargetDevice;

    public nint TargetArray;

    /// <summary>Bytes from row to row.</summary>
    public nuint TargetPitch;

    /// <summary>Bytes copied of each row.</summary>
    public nuint Width;

    /// <summary>Rows.</summary>
    public nuint Height;
}
