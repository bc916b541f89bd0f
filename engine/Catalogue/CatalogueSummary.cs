namespace Rubato;

/// <summary>What a catalogue holds, counted.</summary>
/// <param name="TrackIdsAreRowNumbers">whether ids are 0 to rows − 1</param>
/// <param name="NormMax">upper bound of the rows' Euclidean norms, from the header</param>
/// <param name="Licensors">different licensors, none not counted</param>
/// <param name="Markets">ISO codes that some track names, ascending</param>
/// <param name="RestrictedTracks">tracks that are not available everywhere</param>
/// <param name="ExplicitTracks">tracks marked explicit</param>
/// <param name="DatedTracks">tracks whose release day is known</param>
/// <param name="Sections">the sections in the order of the file</param>
public sealed record CatalogueSummary(bool TrackIdsAreRowNumbers, float NormMax, int Licensors, IReadOnlyList<string> Markets, int RestrictedTracks,
    int ExplicitTracks, int DatedTracks, IReadOnlyList<CatalogueSection> Sections)
{
    internal static CatalogueSummary Of(Catalogue catalogue)
    {
        TrackAttributes attributes = catalogue.Attributes;
        var licensors = new HashSet<uint>();
        foreach (uint licensor in attributes.Licensors) licensors.Add(licensor);
        licensors.Remove(0);
        int restricted = 0, dated = 0;
        for (int word = TrackColumns.MaskWords - 1; word < attributes.MarketMasks.Length; word += TrackColumns.MaskWords)
            restricted += (attributes.MarketMasks[word] >> 63) == 0 ? 1 : 0;
        foreach (int day in attributes.ReleaseDays) dated += day != TrackColumns.ReleaseDayUnknown ? 1 : 0;
        var sections = new List<CatalogueSection>();
        foreach (SectionEntry section in catalogue.Sections) sections.Add(new CatalogueSection(section.Kind.ToString(), section.Offset, section.Bytes, section.Crc));
        return new CatalogueSummary(catalogue.TrackIdsAreRowNumbers, catalogue.Items.NormMax, licensors.Count, attributes.Markets, restricted,
            attributes.Flags.Count(TrackColumns.ExplicitFlag), dated, sections);
    }
}
