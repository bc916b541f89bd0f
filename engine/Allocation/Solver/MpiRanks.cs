using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>The ranks of an MPI job, through Open MPI's C library, which is loaded only when this is asked for.</summary>
/// <remarks>
/// MPI is initialised once per process and finalised by <see cref="Dispose"/>. Its default error handler ends the whole job with a message, as
/// mpirun does when a rank dies; a rank that fails on its own calls <see cref="Abort"/>.
/// </remarks>
public sealed unsafe class MpiRanks : IRankExchange, IDisposable
{
    private const int InPlace = 1;             // MPI_IN_PLACE of Open MPI's mpi.h: (void *) 1
    private const int ElementsPerCall = 1 << 27;      // counts are C ints; 1 GiB at a time
    private static readonly string[] Libraries = ["libmpi.so.40", "libmpi.so.80", "libmpi.so"];
    private readonly nint _library, _world, _double, _float, _sum, _max;
    private readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, int> _send;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, void*, int> _receive;
    private bool _finalised;

    private MpiRanks(nint library)
    {
        _library = library;
        (_world, _double, _float) = (Symbol("ompi_mpi_comm_world"), Symbol("ompi_mpi_double"), Symbol("ompi_mpi_float"));
        (_sum, _max) = (Symbol("ompi_mpi_op_sum"), Symbol("ompi_mpi_op_max"));
        _allReduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, int>)Symbol("MPI_Allreduce");
        _send = (delegate* unmanaged<void*, int, nint, int, int, nint, int>)Symbol("MPI_Send");
        _receive = (delegate* unmanaged<void*, int, nint, int, int, nint, void*, int>)Symbol("MPI_Recv");
        Require(((delegate* unmanaged<void*, void*, int>)Symbol("MPI_Init"))(null, null), "MPI_Init");
        int rank, size;
        Require(((delegate* unmanaged<nint, int*, int>)Symbol("MPI_Comm_rank"))(_world, &rank), "MPI_Comm_rank");
        Require(((delegate* unmanaged<nint, int*, int>)Symbol("MPI_Comm_size"))(_world, &size), "MPI_Comm_size");
        (Rank, Size) = (rank, size);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <summary>Loads the library and joins the job that mpirun started; a process on its own is a job of one rank.</summary>
    /// <exception cref="NotSupportedException">Open MPI is not installed.</exception>
    public static MpiRanks Join()
    {
        foreach (string name in Libraries)
            if (NativeLibrary.TryLoad(name, out nint library)) return new MpiRanks(library);
        throw new NotSupportedException($"Open MPI was not found (looked for {string.Join(", ", Libraries)}; Debian has it in openmpi-bin)");
    }

    /// <summary>Ends the job on all ranks.</summary>
    /// <param name="exitCode">exit code of the job</param>
    public void Abort(int exitCode) => ((delegate* unmanaged<nint, int, int>)Symbol("MPI_Abort"))(_world, exitCode);

    /// <summary>Leaves the job, once all ranks have come this far.</summary>
    public void Dispose()
    {
        if (_finalised) return;
        _finalised = true;
        Require(((delegate* unmanaged<int>)Symbol("MPI_Finalize"))(), "MPI_Finalize");
    }

    void IRankExchange.Sum(Span<double> values) => AllReduce(values, _sum);

    void IRankExchange.Max(Span<double> values) => AllReduce(values, _max);

    float[] IRankExchange.Gather(float[] part, int[] counts)
    {
        if (Rank != 0)
        {
            Transfer(part, 0, part.Length, partner: 0, sends: true);
            return [];
        }
        float[] whole = GC.AllocateUninitializedArray<float>(counts.Sum());
        part.CopyTo(whole, 0);
        for (int rank = 1, at = part.Length; rank < Size; at += counts[rank++]) Transfer(whole, at, counts[rank], rank, sends: false);
        return whole;
    }

    private void AllReduce(Span<double> values, nint operation)
    {
        fixed (double* all = values)
            for (int at = 0; at < values.Length; at += ElementsPerCall) // SAFETY: at + count ≤ values.Length
                Require(_allReduce((void*)InPlace, all + at, Math.Min(ElementsPerCall, values.Length - at), _double, operation, _world), "MPI_Allreduce");
    }

    private void Transfer(float[] values, int first, int count, int partner, bool sends)
    {
        fixed (float* all = values)
            for (int done = 0; done < count; done += ElementsPerCall) // SAFETY: first + count ≤ values.Length
            {
                int now = Math.Min(ElementsPerCall, count - done);
                if (sends) Require(_send(all + first + done, now, _float, partner, 0, _world), "MPI_Send");
                else Require(_receive(all + first + done, now, _float, partner, 0, _world, null), "MPI_Recv"); // MPI_STATUS_IGNORE is null
            }
    }

    private nint Symbol(string name) => NativeLibrary.TryGetExport(_library, name, out nint address) ? address
        : throw new NotSupportedException($"the MPI library has no {name}: only Open MPI is supported");

    private static void Require(int status, string call)
    {
        if (status != 0) throw new InvalidOperationException($"{call} failed with status {status}");
    }
}
