using Rubato.Wire;

namespace Rubato.Server;

/// <summary>How large the answer to a RECOMMEND can become, known before anything is computed.</summary>
internal static class SlateAnswer
{
    /// <summary>Bytes of the payload if every slot is filled and as many candidates lose as may be listed.</summary>
    public static int BytesMax(in ScoreRequest request, Engine engine)
    {
        BatchLimits limits = engine.Options.Limits;
        long retrieved = (long)Math.Max(request.Slots, request.Depth > 0 ? request.Depth : limits.RetrievalDepth) + limits.PromotedDepth;
        long candidates = request.Candidates.IsEmpty ? retrieved : request.Candidates.Length;
        int entries = (int)Math.Min(candidates, Math.Min((int)request.Slots, limits.SlotsMax) + Math.Min((int)request.LosersMax, limits.LosersMax));
        return ScoresReply.PayloadBytes(entries, withTracks: true, (request.Options & RequestOptions.Breakdown) != 0, engine.Ledger is not null);
    }
}
