using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>Texts as the C API wants them: UTF-8, zero-terminated, in memory that does not move.</summary>
internal sealed class OrtNames : IDisposable
{
    private readonly nint[] _texts;

    public OrtNames(IReadOnlyList<string> texts)
    {
        _texts = new nint[texts.Count];
        for (int i = 0; i < _texts.Length; i++) _texts[i] = Marshal.StringToCoTaskMemUTF8(texts[i]);
    }

    ~OrtNames() => Free();

    /// <summary>The addresses, in order.</summary>
    public nint[] All => _texts;

    public nint this[int index] => _texts[index];

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        foreach (ref nint text in _texts.AsSpan())
        {
            Marshal.FreeCoTaskMem(text);
            text = 0;
        }
    }
}
