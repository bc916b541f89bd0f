using System.Diagnostics.CodeAnalysis;
using Rubato.Kernels.Similarity;

namespace Rubato.Kernels;

/// <summary>Shape checks, made once on entry of a kernel; the throwing halves are separate, so that the checks inline.</summary>
internal static class Guard
{
    /// <summary>Checks a <see cref="IScoreKernel.Score"/> call.</summary>
    public static void Score(ReadOnlySpan<float> query, in ItemMatrix items, int rows, int scores)
    {
        if (query.Length != items.Dimension || query.IsEmpty)
            Fail($"the query holds {query.Length} values; the matrix has dimension {items.Dimension}", nameof(query));
        if (rows != scores)
            Fail($"{rows} rows need {rows} scores, not {scores}", nameof(scores));
        Finite(query, items.Dimension);
    }

    /// <summary>Checks an <see cref="IScanKernel.Scan"/> call.</summary>
    public static void Scan(in ScanRequest request, int rows, int scores)
    {
        int dimension = request.Items.Dimension;
        if (dimension == 0)
            Fail("the item matrix is empty: it has no dimension", nameof(request.Items));
        if (request.Queries.Length % dimension != 0)
            Fail($"{request.Queries.Length} values are not a whole number of queries of {dimension}", nameof(request.Queries));
        if (request.K is < 1 or > ScanRequest.KMax)
            Fail($"k is {request.K}; it must be 1 to {ScanRequest.KMax}", nameof(request.K));
        if (request.FirstRow < 0 || request.RowCount < 0 || request.FirstRow > request.Items.Rows - request.RowCount)
            Fail($"rows {request.FirstRow} to {(long)request.FirstRow + request.RowCount} lie outside a matrix of {request.Items.Rows}",
                nameof(request.RowCount));
        if (request.FirstRow % 64 != 0)
            Fail($"the first row is {request.FirstRow}; it must be a multiple of 64", nameof(request.FirstRow));
        long results = (long)request.QueryCount * request.K;
        if (rows != results || scores != results)
            Fail($"{request.QueryCount} queries × k = {request.K} need {results} rows and scores, not {rows} and {scores}", nameof(rows));
        long words = ScanRequest.FilterWords(request.Items.Rows);
        if (!request.Allowed.IsEmpty && request.Allowed.Length != words && request.Allowed.Length != words * request.QueryCount)
            Fail($"a filter of {request.Items.Rows} rows is {words} words, or that for each of {request.QueryCount} queries, "
                + $"not {request.Allowed.Length}", nameof(request.Allowed));
        Finite(request.Queries, dimension);
    }

    /// <summary>Checks the first step of a search whose rows are shared out.</summary>
    public static void Collect(in ScanRequest range)
    {
        int queries = range.Items.Dimension == 0 ? 0 : range.QueryCount;
        if (queries > CollectedScan.QueriesMax)
            Fail($"{queries} queries; at most {CollectedScan.QueriesMax} are collected at a time", nameof(range.Queries));
        int results = queries * Math.Clamp(range.K, 0, ScanRequest.KMax);
        Scan(range, results, results);
    }

    /// <summary>Checks a row number of a candidate list.</summary>
    public static void Row(int row, int rows)
    {
        if ((uint)row >= (uint)rows)
            Fail($"row {row} lies outside a matrix of {rows}", nameof(row));
    }

    private static void Finite(ReadOnlySpan<float> queries, int dimension)
    {
        int index = FiniteCheck.FirstNonFinite(queries);
        if (index >= 0)
            Fail($"query {index / dimension} holds {queries[index]} at coordinate {index % dimension}; values must be finite", nameof(queries));
    }

    [DoesNotReturn]
    private static void Fail(string message, string parameter) => throw new ArgumentException(message, parameter);
}
