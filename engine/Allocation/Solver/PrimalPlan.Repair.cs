using Rubato.Kernels.Allocation;

namespace Rubato;

/// <summary>The repair: factors that scale campaigns under their budgets and caps, then what pulls quality down under the floors.</summary>
internal sealed partial class PrimalPlan
{
    // A budget scales its campaign. A cap scales the licensor's campaigns without promises first, then all.
    private bool FindCampaignFactors()
    {
        AllocationColumns columns = _problem.Columns;
        double[] used = _sums[0].Campaign;
        bool any = false;
        for (int j = 0; j < _campaignFactors.Length; j++)
        {
            _campaignFactors[j] = used[2 * j] > columns.Budgets[j] ? columns.Budgets[j] / used[2 * j] : 1;
            any |= _campaignFactors[j] < 1;
        }
        if (columns.Caps.Length == 0) return any;
        double[] free = new double[columns.Caps.Length], promised = new double[columns.Caps.Length];
        for (int j = 0; j < _campaignFactors.Length; j++)
            (_promised[j] ? promised : free)[columns.Licensors[j]] += used[2 * j + 1] * _campaignFactors[j];
        for (int j = 0; j < _campaignFactors.Length; j++)
        {
            int l = columns.Licensors[j];
            (double freeFactor, double promisedFactor) = Factors(free[l], promised[l], columns.Caps[l]);
            double factor = _promised[j] ? promisedFactor : freeFactor;
            any |= factor < 1;
            _campaignFactors[j] *= factor;
        }
        return any;
    }

    // What pulls quality down is scaled until it weighs no more than what pulls it up.
    private bool FindCohortFactors()
    {
        bool any = false;
        for (int h = 0; h < _cohortFactorsFree.Length; h++)
        {
            ReadOnlySpan<double> quality = QualityOf(h);
            (_cohortFactorsFree[h], _cohortFactorsPromised[h]) = Factors(quality[1], quality[2], quality[0]);
            any |= _cohortFactorsFree[h] < 1;
        }
        return any;
    }

    // Factors with free · f + promised · g ≤ limit, g = 1 where possible; a little below, to be safe from the rounding of sums.
    private static (double Free, double Promised) Factors(double free, double promised, double limit)
    {
        const double safety = 1 - 1e-12;
        if (free + promised <= limit) return (1, 1);
        double rest = limit * safety - promised;
        return rest > 0 ? (rest / free, 1) : (0, limit * safety / promised);
    }

    private void ScaleCampaigns(int worker, int listener)
    {
        EdgeColumns edges = _problem.Edges;
        for (int e = (int)edges.Starts[listener]; e < edges.Starts[listener + 1]; e++)
        {
            double factor = _campaignFactors[edges.Campaigns[e]];
            if (factor < 1 && Allocation[e] != 0) Allocation[e] = RoundDown(Allocation[e] * factor);
        }
    }

    private void ScaleCohorts(int worker, int listener)
    {
        EdgeColumns edges = _problem.Edges;
        int cohort = edges.Cohorts[listener];
        if (cohort < 0) return;
        for (int e = (int)edges.Starts[listener]; e < edges.Starts[listener + 1]; e++)
        {
            if (Allocation[e] == 0 || edges.Margins[e] >= 0) continue;
            double factor = (_promised[edges.Campaigns[e]] ? _cohortFactorsPromised : _cohortFactorsFree)[cohort];
            if (factor < 1) Allocation[e] = RoundDown(Allocation[e] * factor);
        }
    }
}
