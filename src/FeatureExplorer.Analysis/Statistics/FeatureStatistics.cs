using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Statistics;

/// <summary>Makes the report of one feature.</summary>
/// <remarks>One instance per thread: it holds scratch memory for the activations of a feature.</remarks>
internal sealed unsafe class FeatureStatistics(
    ActivationIndex index, TokenStore tokens, ContextSet contexts, SparseAutoencoder dictionary, bool[] occurs)
{
    private readonly ExamplePicker _examples = new(index, tokens);
    private readonly ContextScorer _scorer = new(contexts);
    private readonly LogitSummarizer _logits = new(occurs);
    private ulong[] _keys = [];
    private Half[] _stored = [];
    private float[] _values = [];
    private uint[] _positions = [];
    private uint[] _sortedPositions = [];
    private float[] _sortedValues = [];

    /// <summary>The report, and the feature's scores against all contexts.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="logitWeights">[V] its logit weights, median zero.</param>
    public (FeatureReport Report, IReadOnlyList<ContextScore> Scores) Of(int feature, ReadOnlySpan<float> logitWeights)
    {
        var decoder = dictionary.DecoderRow(feature);
        var encoder = dictionary.EncoderRow(feature);
        var report = new FeatureReport
        {
            Index = feature,
            State = FeatureState.Dead,
            Activations = 0,
            Density = 0,
            Max = 0,
            Mean = 0,
            EncoderBias = dictionary.BEnc.Pointer[feature],
            // What a transcoder's vectors lie in are two spaces.
            EncoderDecoderCosine = dictionary.IsTranscoder ? float.NaN : NeuronAlignment.Cosine(encoder, decoder),
            Histogram = new Histogram([], []),
            LogHistogram = new Histogram([], []),
            IntervalExamples = [],
            Top = [],
            TopFolded = 0,
            Bottom = [],
            Logits = _logits.Summarize(logitWeights),
            // It writes to the residual stream, past the neurons.
            Neurons = dictionary.IsTranscoder ? [] : NeuronAlignment.Of(decoder),
            Contexts = [],
        };
        return index.Count(feature) == 0 ? (report, []) : OfLiving(feature, report);
    }

    private (FeatureReport Report, IReadOnlyList<ContextScore> Scores) OfLiving(int feature, FeatureReport report)
    {
        var stored = index.ReadValues(feature, ref _stored);
        var values = Load(stored);
        var positions = index.Positions(feature, _positions);
        Sort(positions, stored);
        var sorted = _sortedPositions.AsSpan(0, positions.Length);
        var sortedValues = _sortedValues.AsSpan(0, positions.Length);
        var max = sortedValues[0];
        var density = (double)positions.Length / index.Tokens;
        var intervalEdges = LevelBins.Linear(max, FeatureReport.Intervals);
        var scores = _scorer.Score(positions, values, intervalEdges);
        _examples.Begin(feature);
        return (report with
        {
            State = density < FeatureReport.UltralowLimit(index.Tokens) ? FeatureState.Ultralow : FeatureState.Live,
            Activations = positions.Length,
            Density = density,
            Max = max,
            Mean = Mean(values),
            Histogram = Count(values, LevelBins.Linear(max, FeatureReport.HistogramBins)),
            LogHistogram = Count(values, LevelBins.EqualRatio(sortedValues[^1], max, FeatureReport.HistogramBins)),
            IntervalExamples = Intervals(sorted, Count(values, intervalEdges)),
            Top = _examples.Top(sorted, out var folded),
            TopFolded = folded,
            Bottom = _examples.Bottom(sorted, sortedValues),
            Contexts = ContextScorer.Strongest(scores),
        }, scores);
    }

    private ReadOnlySpan<float> Load(ReadOnlySpan<Half> stored)
    {
        if (_values.Length < stored.Length)
        {
            var room = stored.Length + (stored.Length / 4);
            _values = new float[room];
            _keys = new ulong[room];
            _positions = new uint[room];
            _sortedPositions = new uint[room];
            _sortedValues = new float[room];
        }

        for (var i = 0; i < stored.Length; i++)
        {
            _values[i] = (float)stored[i];
        }

        return _values.AsSpan(0, stored.Length);
    }

    /// <summary>Largest activation first, ties by position: positive half-precision numbers order like their bits.</summary>
    private void Sort(ReadOnlySpan<uint> positions, ReadOnlySpan<Half> stored)
    {
        for (var i = 0; i < positions.Length; i++)
        {
            _keys[i] = ((ulong)(ushort)~BitConverter.HalfToUInt16Bits(stored[i]) << 32) | positions[i];
        }

        _keys.AsSpan(0, positions.Length).Sort();
        for (var i = 0; i < positions.Length; i++)
        {
            _sortedPositions[i] = (uint)_keys[i];
            _sortedValues[i] = (float)BitConverter.UInt16BitsToHalf((ushort)~(_keys[i] >> 32));
        }
    }

    private static double Mean(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static Histogram Count(ReadOnlySpan<float> values, float[] edges)
    {
        var counts = new long[edges.Length - 1];
        foreach (var value in values)
        {
            counts[LevelBins.Of(value, edges)]++;
        }

        return new Histogram(edges, counts);
    }

    /// <summary>Highest first; in the sorted activations an interval is a run, which its count delimits.</summary>
    private ActivationInterval[] Intervals(ReadOnlySpan<uint> sorted, Histogram ascending)
    {
        var intervals = new ActivationInterval[ascending.Counts.Count];
        for (var interval = 0; interval < intervals.Length; interval++)
        {
            var bin = intervals.Length - 1 - interval;
            var count = (int)ascending.Counts[bin];
            intervals[interval] = new ActivationInterval(
                ascending.Edges[bin], ascending.Edges[bin + 1], count, _examples.FromInterval(sorted[..count], interval));
            sorted = sorted[count..];
        }

        return intervals;
    }
}
