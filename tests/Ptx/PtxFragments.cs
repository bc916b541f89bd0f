namespace Rubato.Tests.Ptx;

/// <summary>
/// Which element of a matrix element i of a lane's fragment is, for <c>mma.m16n8k32</c> of bytes (PTX ISA, "Matrix Fragments for
/// mma.m16n8k32"): group = lane / 4, member = lane mod 4.
/// </summary>
internal static class PtxFragments
{
    public static int RowOfA(int lane, int i) => lane / 4 + (i is < 4 or >= 8 and < 12 ? 0 : 8);

    public static int ColumnOfA(int lane, int i) => lane % 4 * 4 + (i & 3) + (i < 8 ? 0 : 16);

    public static int RowOfB(int lane, int i) => lane % 4 * 4 + (i & 3) + (i < 4 ? 0 : 16);

    public static int ColumnOfB(int lane, int i) => lane / 4;

    public static int RowOfC(int lane, int i) => lane / 4 + (i < 2 ? 0 : 8);

    public static int ColumnOfC(int lane, int i) => lane % 4 * 2 + (i & 1);
}
