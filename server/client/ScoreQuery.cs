using Rubato.Wire;

namespace Rubato.Client;

/// <summary>What to ask: a listener, candidates, filters. May be reused for the next call once the call before has been answered.</summary>
public sealed class ScoreQuery : Query
{
    /// <summary>[dimension], finite.</summary>
    public ReadOnlyMemory<float> Listener { get; set; }

    /// <summary>Track ids: at least one for SCORE; for RECOMMEND empty = the whole catalogue.</summary>
    public ReadOnlyMemory<long> Candidates { get; set; }

    /// <summary>Licensors whose tracks are held back.</summary>
    public ReadOnlyMemory<uint> DeniedLicensors { get; set; }

    /// <summary>Cohort of the listener; 0 = none.</summary>
    public uint Cohort { get; set; }

    /// <summary>The listener's market, ISO 3166-1 alpha-2 in capitals; null = not named.</summary>
    public string? Market { get; set; }

    /// <summary>Whether tracks marked explicit are held back.</summary>
    public bool ExcludeExplicit { get; set; }

    /// <summary>Whether campaign, block reason and terms of each score are wanted.</summary>
    public bool Breakdown { get; set; }

    /// <summary>RECOMMEND: places to fill, 1 to the server's limit.</summary>
    public ushort Slots { get; set; }

    /// <summary>RECOMMEND: slots that one licensor may have; 0 = all.</summary>
    public ushort LicensorSlotsMax { get; set; }

    /// <summary>RECOMMEND: tracks to retrieve by similarity before allocation, besides promoted ones; 0 = the server's default.</summary>
    public uint Depth { get; set; }

    /// <summary>RECOMMEND: candidates that lost, to be listed behind the slate with what blocked them; 0 = none.</summary>
    public ushort LosersMax { get; set; }

    /// <summary>RECOMMEND: mean relevance that the slate may lose against the best one by relevance alone, 0 to 1; null = the server's default.</summary>
    public float? QualityLossMax { get; set; }

    /// <summary>
    /// The listener, for frequency caps and for getting the same model every time: any number that stays the same for the same person and says nothing about them, such as a keyed hash;
    /// 0 = unknown, no cap applies and no canary.
    /// </summary>
    public ulong ListenerId { get; set; }

    internal override ValueTask SendOn(ClientConnection connection, Opcode opcode, TimeSpan deadline, IReplyTaker answer, CancellationToken cancellation) =>
        connection.Send(opcode, ToRequest(), deadline, answer, cancellation);

    internal ScoreRequest ToRequest() => new()
    {
        Listener = Listener.Length <= ushort.MaxValue ? Listener.Span
            : throw new ArgumentException($"the listener has {Listener.Length} values, a request takes at most {ushort.MaxValue}"),
        Candidates = Candidates.Span,
        DeniedLicensors = DeniedLicensors.Span,
        Cohort = Cohort,
        Market = MarketCode(),
        Options = (Breakdown ? RequestOptions.Breakdown : 0) | (ExcludeExplicit ? RequestOptions.ExcludeExplicit : 0)
            | (QualityLossMax is null ? 0 : RequestOptions.QualityLoss),
        Slots = Slots,
        LicensorSlotsMax = LicensorSlotsMax,
        Depth = Depth,
        LosersMax = LosersMax,
        QualityLossMax = QualityLossMax ?? 0,
        ListenerId = ListenerId,
    };

    private ushort MarketCode()
    {
        if (Market is null) return 0;
        if (Market.Length == 2 && char.IsAsciiLetterUpper(Market[0]) && char.IsAsciiLetterUpper(Market[1])) return (ushort)(Market[0] | Market[1] << 8);
        throw new ArgumentException($"market \"{Market}\" is not two letters A to Z");
    }
}
