using Rubato.Client;
using Rubato.Wire;

namespace Rubato.Server;

/// <summary>Queries made ahead of the measurement: seeded random listeners and candidates.</summary>
internal static class QuerySet
{
    private const int Count = 1024, Seed = 20_260_801;

    public static ScoreQuery[] Make(HelloReply server, LoadOptions options)
    {
        var random = new Random(Seed);
        var queries = new ScoreQuery[Count];
        for (int query = 0; query < Count; query++)
        {
            float[] listener = new float[server.Dimension];
            for (int c = 0; c < listener.Length; c++) listener[c] = random.NextSingle() - 0.5f;
            long[] candidates = new long[options.Slots > 0 ? 0 : options.Candidates];
            for (int i = 0; i < candidates.Length; i++)
                candidates[i] = options.TrackIds is { } ids ? ids[random.Next(ids.Length)] : random.NextInt64(server.Tracks);
            queries[query] = new ScoreQuery { Listener = listener, Candidates = candidates, Slots = (ushort)options.Slots, ListenerId = (ulong)query + 1 };
        }
        return queries;
    }
}
