using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Rubato;

/// <summary>What stands at a path, where .NET does not tell: a device looks like a file to it, and a rename onto /dev/null would replace that.</summary>
internal static partial class FileKind
{
    private const int CurrentFolder = -100, TypeWanted = 1, StatusBytes = 256, ModeOffset = 28; // of struct statx, the same on every Linux
    private const int TypeMask = 0xF000, Regular = 0x8000;

    /// <summary>Nothing is there, or a file (symbolic links are followed). True on other systems than Linux.</summary>
    public static bool IsRegularOrMissing(string path)
    {
        if (!OperatingSystem.IsLinux()) return true;
        Span<byte> status = stackalloc byte[StatusBytes];
        try
        {
            if (Status(CurrentFolder, path, flags: 0, TypeWanted, status) != 0) return true; // missing, or the open that follows says why not
        }
        catch (EntryPointNotFoundException)
        {
            return true; // a C library from before 2018
        }
        return (BinaryPrimitives.ReadUInt16LittleEndian(status[ModeOffset..]) & TypeMask) == Regular;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint wanted, Span<byte> status);
}
