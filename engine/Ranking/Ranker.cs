namespace Rubato;

/// <summary>
/// CandidateBatch → ObjectiveBatch: relevance = σ(α · similarity + β), or what a ranker model says where there is one and it answers; margin =
/// relevance − floor of the listener's cohort.
/// </summary>
internal sealed class Ranker(double slope, double offset, ModelRanker? model)
{
    public void Fill(CandidateBatch candidates, CampaignSet campaigns, ObjectiveBatch objectives)
    {
        objectives.Begin(candidates);
        ReadOnlySpan<float> similarities = candidates.SimilaritiesPadded;
        Logistic.Apply(similarities, slope, offset, objectives.Relevance[..similarities.Length]);
        model?.Fill(candidates, objectives);
        ReadOnlySpan<RequestRow> rows = candidates.Requests.Rows;
        for (int request = 0; request < rows.Length; request++)
            if (rows[request].Cohort != 0 && objectives.Outcomes[request].IsOk) AddMargins(request, rows[request].Cohort, campaigns, objectives);
    }

    private static void AddMargins(int request, uint cohortId, CampaignSet campaigns, ObjectiveBatch objectives)
    {
        int cohort = campaigns.CohortIndex(cohortId);
        objectives.Cohorts[request] = cohort;
        if (cohort < 0)
        {
            objectives.Outcomes[request] = new RequestOutcome(RequestStatus.UnknownCohort, cohortId);
            return;
        }
        int start = objectives.Candidates.Starts[request], count = objectives.Candidates.Counts[request];
        double floor = campaigns.Cohorts[cohort].Floor;
        ReadOnlySpan<double> relevance = objectives.Relevance.Slice(start, count);
        Span<double> margin = objectives.Margin.Slice(start, count);
        for (int i = 0; i < count; i++) margin[i] = relevance[i] - floor;
    }
}
