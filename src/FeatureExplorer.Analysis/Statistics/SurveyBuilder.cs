namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Takes a dictionary's reports in any order, one after the other, and counts what <see cref="DictionarySurvey"/> tells.</summary>
public sealed class SurveyBuilder
{
    private readonly List<double> _densities = [];
    private readonly List<double> _topWeights = [];
    private readonly List<double> _topShares = [];
    private readonly List<double> _l1 = [];
    private readonly List<double> _lowestTenths = [];
    private readonly List<double> _lowerHalves = [];
    private readonly List<double> _lossEffects = [];
    private double _totalDensity;
    private int _features;
    private int _specific;
    private int _detectors;
    private int _withExamples;
    private int _singleToken;

    public void Add(FeatureReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        _features++;
        _totalDensity += report.Density;
        if (report.State != FeatureState.Live)
        {
            return;
        }

        _densities.Add(report.Density);
        AddNeurons(report);
        AddLevels(report.Histogram);
        _specific += report.Contexts.Any(c => c.Specificity >= DictionarySurvey.HighSpecificity) ? 1 : 0;
        _detectors += report.Contexts.Any(c => c.Specificity >= DictionarySurvey.DetectorShare && c.Recall >= DictionarySurvey.DetectorShare) ? 1 : 0;
        _withExamples += report.Top.Count > 0 ? 1 : 0;
        _singleToken += SingleTokenTest.Of(report.Top).IsSingle ? 1 : 0;
        foreach (var example in report.Top)
        {
            if (example.Ablation is { } ablation && example.Centre + 1 < ablation.LossEffect.Count)
            {
                _lossEffects.Add(ablation.LossEffect[example.Centre + 1]);
            }
        }
    }

    public DictionarySurvey Build() => new()
    {
        Features = _features,
        Live = _densities.Count,
        TotalDensity = _totalDensity,
        MedianDensity = Median(_densities),
        MaxDensity = _densities.DefaultIfEmpty(double.NaN).Max(),
        Dense = _densities.Count(d => d > 0.01),
        LowestTenthShare = Mean(_lowestTenths),
        LowerHalfShare = Mean(_lowerHalves),
        MedianTopWeight = Median(_topWeights),
        MedianTopShare = Median(_topShares),
        MedianL1 = Median(_l1),
        NearlyOneNeuron = _topWeights.Count(w => w > 0.9),
        SingleToken = Share(_singleToken, _withExamples),
        Specific = Share(_specific, _densities.Count),
        Detectors = Share(_detectors, _densities.Count),
        Ablations = _lossEffects.Count,
        MeanLossEffect = Mean(_lossEffects),
        PositiveLossEffect = Share(_lossEffects.Count(e => e > 0), _lossEffects.Count),
    };

    private void AddNeurons(FeatureReport report)
    {
        // Largest first.
        if (report.Neurons.Count > 0 && report.Neurons[0].ShareOfL1 > 0)
        {
            var top = report.Neurons[0];
            _topWeights.Add(Math.Abs(top.Weight));
            _topShares.Add(top.ShareOfL1);
            _l1.Add(Math.Abs((double)top.Weight) / top.ShareOfL1);
        }
    }

    private void AddLevels(Histogram histogram)
    {
        var all = histogram.Counts.Sum();
        if (histogram.Counts.Count == FeatureReport.HistogramBins && all > 0)
        {
            _lowestTenths.Add((double)histogram.Counts.Take(DictionarySurvey.LowestTenth).Sum() / all);
            _lowerHalves.Add((double)histogram.Counts.Take(DictionarySurvey.LowerHalf).Sum() / all);
        }
    }

    private static double Share(int part, int whole) => whole > 0 ? (double)part / whole : double.NaN;

    private static double Mean(List<double> values) => values.Count > 0 ? values.Average() : double.NaN;

    private static double Median(List<double> values)
    {
        if (values.Count == 0)
        {
            return double.NaN;
        }

        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
