using Iced.Intel;

namespace Rubato.Kernels.Native;

/// <summary>The operand of ldtilecfg under which every tile is 16 rows of 64 bytes.</summary>
internal static class TileConfiguration
{
    private const int Tiles = 8, Entries = 16;

    /// <summary>Emits it as 64 bytes of data: palette 1, then columns in bytes, then rows.</summary>
    public static void Emit(Assembler assembler)
    {
        assembler.db([1, .. new byte[15]]);
        for (int tile = 0; tile < Entries; tile++)
            assembler.dw(tile < Tiles ? (short)64 : (short)0);
        for (int tile = 0; tile < Entries; tile++)
            assembler.db(tile < Tiles ? (byte)16 : (byte)0);
    }
}
