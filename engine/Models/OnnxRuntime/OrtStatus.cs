using System.Runtime.CompilerServices;

namespace Rubato;

/// <summary>What calls of the C API return.</summary>
internal static unsafe class OrtStatus
{
    /// <summary>Turns a failed call into an exception.</summary>
    /// <param name="api">the table whose function was called</param> <param name="status">0 for success; released</param>
    /// <exception cref="OrtException">The call failed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(OrtApi api, nint status)
    {
        if (status != 0) Throw(api, status);
    }

    private static void Throw(OrtApi api, nint status)
    {
        var code = (OrtErrorCode)api.GetErrorCode(status);
        string message = OrtEnvironment.Text(api.GetErrorMessage(status)).ReplaceLineEndings(" ").Trim();
        api.ReleaseStatus(status);
        throw new OrtException(code, message);
    }
}
