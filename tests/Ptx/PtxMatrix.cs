namespace Rubato.Tests.Ptx;

/// <summary>Matrix loads and products of a warp.</summary>
internal static class PtxMatrix
{
    private static readonly PtxType Word = new('b', 32);

    /// <returns>null where the instruction is another</returns>
    public static Action<PtxWarp, uint>? Decode(PtxKernel kernel, PtxInstruction source) => source.Opcode switch
    {
        "ldmatrix" => LoadMatrices(kernel, source),
        "mma" => Multiply(kernel, source),
        _ => null,
    };

    /// <summary>Matrices of 8 rows of 16 bytes; lane i gives the address of row i mod 8 of matrix i / 8.</summary>
    private static Action<PtxWarp, uint> LoadMatrices(PtxKernel kernel, PtxInstruction source)
    {
        if (source.Modifiers is not ["sync", "aligned", "m8n8", var many and ("x1" or "x2" or "x4"), "shared", "b16"]) throw PtxDecoder.Unknown(source);
        int matrices = many[1] - '0';
        PtxOperand[] parts = PtxDecoder.Parts(source.Operands[0]);
        if (parts.Length != matrices) throw new PtxException($"{parts.Length} destinations of {matrices} matrices");
        int[] destinations = [.. parts.Select(part => PtxDecoder.Destination(kernel, part, Word))];
        Func<PtxWarp, int, long> address = PtxAccess.Address(kernel, source.Operands[1]);
        return (warp, lanes) =>
        {
            if (warp.Block.Launch.Traffic is { } traffic) // each matrix is served by itself: eight rows, all banks
                for (int matrix = 0; matrix < matrices; matrix++)
                    traffic.Shared(source, [.. Enumerable.Range(8 * matrix, 8).Select(lane => address(warp, lane))], 16);
            for (int matrix = 0; matrix < matrices; matrix++)
                for (int lane = 0; lane < 32; lane++)
                {
                    // Row lane / 4 of the matrix, 4 bytes from 4 · (lane mod 4).
                    long row = address(warp, 8 * matrix + lane / 4);
                    if (row % 16 != 0) throw new PtxException($"row address {row} of a matrix is not a multiple of 16");
                    warp.Write(destinations[matrix], lane, warp.Block.Shared.Load(row + 4 * (lane % 4), 4, 4, warp.Thread(lane)));
                }
        };
    }

    private static Action<PtxWarp, uint> Multiply(PtxKernel kernel, PtxInstruction source)
    {
        if (source.Modifiers is not ["sync", "aligned", "m16n8k32", "row", "col", "s32", var a and ("u8" or "s8"), var b and ("u8" or "s8"), "s32"])
            throw PtxDecoder.Unknown(source);
        int[] d = [.. Registers(source.Operands[0], 4).Select(part => PtxDecoder.Destination(kernel, part, Word))];
        PtxSource[] left = Sources(kernel, source.Operands[1], 4), right = Sources(kernel, source.Operands[2], 2), sums = Sources(kernel, source.Operands[3], 4);
        return (warp, lanes) =>
        {
            long[,] rows = new long[16, 32], columns = new long[32, 8];
            for (int lane = 0; lane < 32; lane++)
            {
                for (int i = 0; i < 16; i++) rows[PtxFragments.RowOfA(lane, i), PtxFragments.ColumnOfA(lane, i)] = Byte(left[i / 4].Get(warp, lane), i % 4, a);
                for (int i = 0; i < 8; i++) columns[PtxFragments.RowOfB(lane, i), PtxFragments.ColumnOfB(lane, i)] = Byte(right[i / 4].Get(warp, lane), i % 4, b);
            }
            for (int lane = 0; lane < 32; lane++)
            {
                uint[] results = new uint[4];
                for (int i = 0; i < 4; i++)
                {
                    long sum = (int)sums[i].Get(warp, lane);
                    for (int k = 0; k < 32; k++) sum += rows[PtxFragments.RowOfC(lane, i), k] * columns[k, PtxFragments.ColumnOfC(lane, i)];
                    results[i] = (uint)sum; // without .satfinite the sum wraps around
                }
                for (int i = 0; i < 4; i++) warp.Write(d[i], lane, results[i]);
            }
        };
    }

    private static long Byte(ulong word, int index, string type) => type == "s8" ? (sbyte)(word >> (8 * index)) : (byte)(word >> (8 * index));

    private static PtxSource[] Sources(PtxKernel kernel, PtxOperand operand, int count) => [.. Registers(operand, count).Select(part => new PtxSource(kernel, part, Word))];

    private static PtxOperand[] Registers(PtxOperand operand, int count)
    {
        PtxOperand[] parts = PtxDecoder.Parts(operand);
        return parts.Length == count ? parts : throw new PtxException($"{parts.Length} registers of a fragment of {count}");
    }
}
