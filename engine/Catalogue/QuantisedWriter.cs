using System.Runtime.InteropServices;
using Rubato.Kernels.Similarity;

namespace Rubato;

/// <summary>Writes the int8 copy of the vectors that a snapshot being written already holds.</summary>
internal static class QuantisedWriter
{
    /// <summary>Quantising is arithmetic, writing is not: two threads keep a disk busy.</summary>
    private const int Pieces = 2;

    /// <summary>Streams the vectors back from the file; what stays in memory are the blocks, less than a byte a row.</summary>
    public static void Write(SnapshotWriter writer, int rows, int dimension, IProgress<int>? rowsQuantised, CancellationToken cancellation)
    {
        int pieceRows = QuantisedPiece.StreamedRows(dimension);
        QuantisedPiece[] pieces = [.. Enumerable.Range(0, Pieces).Select(_ => new QuantisedPiece(pieceRows, dimension))];
        float[] values = new float[Pieces * pieceRows * dimension];
        var blocks = new QuantisedBlock[QuantisedRows.Padded(rows) / QuantisedRows.BlockRows];
        writer.Begin(SectionKind.QuantisedCodes);
        for (int first = 0; first < rows; first += Pieces * pieceRows)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(Pieces * pieceRows, rows - first), used = (count + pieceRows - 1) / pieceRows;
            writer.ReadBack(SectionKind.Vectors, (long)first * dimension * sizeof(float), MemoryMarshal.AsBytes(values.AsSpan(0, count * dimension)));
            Parallel.For(0, used, piece =>
            {
                int row = piece * pieceRows;
                pieces[piece].Fill(values.AsSpan(row * dimension, Math.Min(pieceRows, count - row) * dimension));
            });
            for (int piece = 0; piece < used; piece++)
            {
                QuantisedRows made = pieces[piece].Rows;
                writer.Append(made.Codes);
                made.Blocks.CopyTo(blocks.AsSpan((first + (piece * pieceRows)) / QuantisedRows.BlockRows));
            }
            rowsQuantised?.Report(first + count);
        }
        writer.End();
        writer.Write<QuantisedBlock>(SectionKind.QuantisedBlocks, blocks);
    }
}
