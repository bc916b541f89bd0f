namespace Rubato.Tests.Support;

/// <summary>The seeded synthetic allocation problems whose optima are known: families match, gap and promo.</summary>
/// <remarks>Numbers depend on the C library's log, exp and cos in the last bit, so a problem is used only when its checksum is the expected one.</remarks>
internal sealed class AllocationGenerator
{
    private readonly bool _promo, _match;
    private readonly int _listeners, _campaigns;
    private readonly ulong _seed;
    private readonly double[] _spendScale, _valueScale, _appetite;
    private readonly long[] _starts;
    private readonly int[] _campaign;
    private readonly float[] _values, _spends, _margins, _relevance;
    private readonly double[] _budgets, _promised;
    private readonly int[] _slots;
    private readonly SplitMix _campaignStream, _listenerStream;
    private int[] _licensors = [], _cohorts = [];
    private double[] _caps = [];

    private AllocationGenerator(string family, int listeners, int campaigns, double degree, ulong seed)
    {
        (_promo, _match, _listeners, _campaigns, _seed) = (family == "promo", family == "match", listeners, campaigns, seed);
        (_campaignStream, _listenerStream) = (new SplitMix(seed, 1), new SplitMix(seed, 2));
        double[] popularity = Draw(campaigns, () => _campaignStream.LogNormal(0, 1));
        _spendScale = Draw(campaigns, () => _campaignStream.LogNormal(0, 1));
        _valueScale = Draw(campaigns, () => _campaignStream.LogNormal(-4, 0.75));
        _appetite = Draw(listeners, () => _listenerStream.LogNormal(0, 0.5));
        double total = 0;
        foreach (double p in popularity) total += p;
        double[] probability = [.. popularity.Select(p => Math.Min(0.95, p / total * degree))];
        _starts = new long[listeners + 1];
        ForEdges(probability, (_, i) => _starts[i + 1]++);
        for (int i = 0; i < listeners; i++) _starts[i + 1] += _starts[i];
        _campaign = new int[_starts[^1]];
        long[] next = _starts[..^1];
        ForEdges(probability, (j, i) => _campaign[next[i]++] = j);
        (_values, _spends) = (new float[_campaign.Length], new float[_campaign.Length]);
        (_margins, _relevance) = _promo ? (new float[_campaign.Length], new float[_campaign.Length]) : ([], []);
        (_budgets, _promised, _slots) = (new double[campaigns], new double[campaigns], new int[listeners]);
        Array.Fill(_slots, 1);
        for (int i = 0; i < listeners; i++) DrawEdges(i);
        if (_promo) DrawPromotion(); else DrawBudgets();
    }

    /// <summary>The columns of a problem and the checksum of its numbers.</summary>
    public static (AllocationColumns Columns, string Checksum) Generate(string family, int listeners, int campaigns, double degree, ulong seed)
    {
        var made = new AllocationGenerator(family, listeners, campaigns, degree, seed);
        var columns = new AllocationColumns
        {
            Starts = made._starts, Campaigns = made._campaign, Values = made._values, Spends = made._spends, Margins = made._margins,
            Slots = made._slots, Budgets = made._budgets, Promised = made._promo ? made._promised : [], Licensors = made._licensors,
            Caps = made._caps, Cohorts = made._cohorts,
        };
        return (columns, made.Checksum());
    }

    private void ForEdges(double[] probability, Action<int, int> edge)
    {
        for (int j = 0; j < _campaigns; j++)
        {
            var random = new SplitMix(_seed, 1000 + (ulong)j);
            double log = LogOnePlus(-probability[j]);
            for (long i = -1; ;)
            {
                i += 1 + (long)Math.Floor(Math.Log(random.Uniform()) / log);
                if (i >= _listeners) break;
                edge(j, (int)i);
            }
        }
    }

    private void DrawEdges(int i)
    {
        var random = new SplitMix(_seed, 0x100000000ul + (ulong)i);
        for (long e = _starts[i]; e < _starts[i + 1]; e++)
        {
            int j = _campaign[e];
            if (!_promo)
            {
                double value = Math.Min(_valueScale[j] * _appetite[i] * random.LogNormal(0, 0.5), 0.5);
                _values[e] = (float)value;
                _spends[e] = (float)(_match ? _spendScale[j] * value : _spendScale[j] * random.LogNormal(0, 0.5));
                continue;
            }
            double relevance = 1 / (1 + Math.Exp(-(random.Normal() - 0.5))), promotional = _valueScale[j] * _appetite[i] * random.LogNormal(0, 0.5);
            _relevance[e] = (float)relevance;
            _values[e] = (float)Math.Min(promotional + 0.005 * relevance, 0.5);
            _spends[e] = (float)(_spendScale[j] * 0.02 * _appetite[i] * random.LogNormal(0, 0.25));
        }
    }

    private void DrawBudgets()
    {
        var random = new SplitMix(_seed, 3);
        double[] load = new double[_campaigns];
        float[] by = _match ? _spends : _values;
        for (int i = 0; i < _listeners; i++)
        {
            long best = -1;
            for (long e = _starts[i]; e < _starts[i + 1]; e++) if (best < 0 || by[e] > by[best]) best = e;
            if (best >= 0) load[_campaign[best]] += _spends[best];
        }
        for (int j = 0; j < _campaigns; j++)
            _budgets[j] = (float)((_match ? 0.5 + 0.5 * random.Uniform() : 0.3 + 0.7 * random.Uniform())
                * (load[j] + (_match ? 1e-8 : 0.1 * _spendScale[j] * _listeners / _campaigns)));
    }

    private void DrawPromotion()
    {
        SplitMix limits = new(_seed, 3), slots = new(_seed, 4);
        for (int i = 0; i < _listeners; i++) _slots[i] = 1 + (int)(slots.Next() % 3);
        int licensors = Math.Max(4, _campaigns / 25);
        _licensors = new int[_campaigns];
        for (int j = 0; j < _campaigns; j++)
        {
            double u = _campaignStream.Uniform();
            _licensors[j] = (int)(u * u * licensors);
        }
        _cohorts = new int[_listeners];
        for (int i = 0; i < _listeners; i++) _cohorts[i] = (int)(_listenerStream.Next() % 64);
        bool[] picked = new bool[_campaign.Length];
        double[] spend = new double[_campaigns], count = new double[_campaigns];
        for (int i = 0; i < _listeners; i++) PickGreedily(i, picked, spend, count);
        double[] share = new double[_campaigns], used = new double[licensors];
        for (int j = 0; j < _campaigns; j++)
        {
            share[j] = 0.4 + 0.6 * limits.Uniform();
            _budgets[j] = (float)(share[j] * spend[j] * 1.0001 + 1e-6);
            used[_licensors[j]] += share[j] * count[j];
            double chosen = limits.Uniform(), part = 0.3 + 0.35 * limits.Uniform();
            _promised[j] = chosen < 0.2 ? (float)(part * share[j] * count[j]) : 0;
        }
        _caps = new double[licensors];
        for (int l = 0; l < licensors; l++) _caps[l] = (float)((0.75 + 0.25 * limits.Uniform()) * used[l] + 1e-6);
        SetMargins(picked, share);
    }

    private void PickGreedily(int i, bool[] picked, double[] spend, double[] count)
    {
        var random = new SplitMix(_seed, 0x200000000ul + (ulong)i);
        var order = new List<(double Key, long Edge)>();
        for (long e = _starts[i]; e < _starts[i + 1]; e++)
            order.Add((-(double)_values[e] * random.LogNormal(0, 0.5) * (0.5 + _relevance[e]), e));
        order.Sort();
        foreach ((_, long e) in order.Take(_slots[i]))
        {
            picked[e] = true;
            spend[_campaign[e]] += _spends[e];
            count[_campaign[e]] += 1;
        }
    }

    private void SetMargins(bool[] picked, double[] share)
    {
        double[] sum = new double[64], weight = new double[64];
        for (int i = 0; i < _listeners; i++)
            for (long e = _starts[i]; e < _starts[i + 1]; e++)
                if (picked[e])
                {
                    sum[_cohorts[i]] += 0.7 * share[_campaign[e]] * _relevance[e];
                    weight[_cohorts[i]] += 0.7 * share[_campaign[e]];
                }
        for (int h = 0; h < 64; h++) sum[h] = weight[h] > 0 ? (float)(sum[h] / weight[h] * 0.9999) : 0;
        for (int i = 0; i < _listeners; i++)
            for (long e = _starts[i]; e < _starts[i + 1]; e++) _margins[e] = (float)(_relevance[e] - sum[_cohorts[i]]);
    }

    private string Checksum()
    {
        ulong hash = 1469598103934665603;
        void Add<T>(T[] values) where T : unmanaged
        {
            foreach (byte b in System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())) hash = (hash ^ b) * 1099511628211;
        }
        Add(_starts);
        Add(_campaign);
        Add(_values);
        Add(_spends);
        Add(_margins);
        Add(_budgets);
        Add(_promised);
        Add(_caps);
        Add(_slots);
        return hash.ToString("x16");
    }

    private static double[] Draw(int count, Func<double> next)
    {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) values[i] = next();
        return values;
    }

    // Accurate for small x, as C's log1p.
    private static double LogOnePlus(double x)
    {
        double sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }

    private sealed class SplitMix
    {
        private ulong _state;

        public SplitMix(ulong seed, ulong stream)
        {
            _state = unchecked(seed * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03 + 0x2545F4914F6CDD1D);
            Next();
            Next();
        }

        public ulong Next()
        {
            ulong z = unchecked(_state += 0x9E3779B97F4A7C15);
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            return z ^ (z >> 31);
        }

        public double Uniform() => ((Next() >> 11) + 0.5) * (1.0 / 9007199254740992.0);

        public double Normal()
        {
            double a = Uniform(), b = Uniform();
            return Math.Sqrt(-2 * Math.Log(a)) * Math.Cos(6.283185307179586476925286766559 * b);
        }

        public double LogNormal(double mean, double deviation) => Math.Exp(mean + deviation * Normal());
    }
}
