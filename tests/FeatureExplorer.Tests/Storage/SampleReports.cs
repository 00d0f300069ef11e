using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Tests.Storage;

/// <summary>Made-up features whose numbers agree with one another: bins, intervals and levels add up to the activations.</summary>
internal static class SampleReports
{
    public const long Tokens = 2_000_000;

    /// <summary>The feature that never fires, of every sample.</summary>
    public const int Dead = 3;

    /// <summary>The feature that hardly fires.</summary>
    public const int Ultralow = 5;

    public static ModelInfo Model(string name = "A") => new()
    {
        Name = name,
        Layers = 1,
        DModel = 128,
        DMlp = 512,
        Heads = 4,
        Context = 256,
        Vocabulary = SampleVocabulary.Tokenizer.VocabularySize,
        Seed = 1,
        TrainingTokens = 40_000_000,
        TokensPerSecond = 52_000,
        HeldOutLoss = 3.896,
        CorpusHash = "0123abcd",
        CorpusSummary = "6 domains, 40 M training and 2 M held-out tokens",
        Created = new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc),
    };

    public static DictionaryDraft Draft(int features, string name = "1", string model = "A") => new()
    {
        Model = model,
        Name = name,
        Features = features,
        Variant = "paper-2023",
        Lambda = 0.005,
        Metrics = new DictionaryMetrics
        {
            Tokens = 262_144,
            L0 = 11.62,
            ExplainedVariance = 0.834,
            MeanSquaredError = 0.0754,
            Loss = 3.892,
            LossReconstructed = 4.183,
            LossZeroAblated = 7.283,
            LossMeanAblated = 10.223,
        },
        Samples = 6_400_000,
        SamplesPerSecond = 81_000,
        Index = new IndexSummary(Tokens, 23_240_000, 6, 21.5),
        Contexts = [.. SampleVocabulary.Contexts.Select(Context)],
        BestNeurons = new Dictionary<string, ContextDetector> { ["arabic"] = new(489, 0.477, 0.12, 0.97), ["dna"] = new(67, 0.757, 0.13, 0.98) },
        Provenance = new Provenance("0123abcd", Tokens, "every held-out token", 1, "0.1.0") { HeldOutTokens = Tokens },
        Created = new DateTime(2024, 1, 2, 4, 5, 6, DateTimeKind.Utc),
    };

    public static IEnumerable<FeatureReport> Reports(int features, ulong seed = 7) =>
        Enumerable.Range(0, features).Select(i => Report(i, seed));

    public static FeatureReport Report(int index, ulong seed = 7)
    {
        var random = new CounterRandom(seed, (ulong)index);
        var count = index == Dead ? 0 : index == Ultralow ? 15 : 40 + (int)random.Bounded(0, 3_000);
        var peak = 4 + (10 * random.Uniform(1));
        var values = Enumerable.Range(0, count).Select(i => peak * MathF.Pow(random.Uniform(10 + (ulong)i), 2.5f) + 1e-3f).Order().ToArray();
        var max = count == 0 ? 0 : values[^1];
        var home = index % SampleVocabulary.Contexts.Length;
        var density = (double)count / Tokens;
        return new FeatureReport
        {
            Index = index,
            State = count == 0 ? FeatureState.Dead : density < FeatureReport.UltralowLimit(Tokens) ? FeatureState.Ultralow : FeatureState.Live,
            Activations = count,
            Density = density,
            Max = max,
            Mean = count == 0 ? 0 : values.Average(v => (double)v),
            EncoderBias = -0.3f,
            EncoderDecoderCosine = 0.61f,
            Histogram = Histogram(values, i => max * i / FeatureReport.HistogramBins),
            LogHistogram = Histogram(values, i => values[0] * 0.999f * MathF.Pow(max / (values[0] * 0.999f), (float)i / FeatureReport.HistogramBins)),
            IntervalExamples = count == 0 ? [] : [.. Enumerable.Range(0, FeatureReport.Intervals).Select(k => Interval(k, values, max, home, random))],
            Top = [.. values.Reverse().Take(20).Select((v, i) => Example(v, home, random.Stream("top"), i))],
            TopFolded = Math.Min(3, count),
            Bottom = [.. values.Take(20).Select((v, i) => Example(v, home, random.Stream("bottom"), i))],
            Logits = Logits(home, random.Stream("logits")),
            Neurons = [.. Enumerable.Range(0, 10).Select(i => new NeuronWeight((index * 31 + i * 7) % 512, (i % 2 == 0 ? 1 : -1) * (0.3f - (0.02f * i)), 0.02f - (0.001f * i)))],
            Contexts = count == 0 ? [] : Scores(values, max, home, random.Stream("scores")),
        };
    }

    private static ContextInfo Context(string name, int index) => new(
        name, name.StartsWith("domain:", StringComparison.Ordinal) ? ContextTitles.OfDomain(name[7..]) : name + (index < 2 ? " script" : string.Empty),
        index < 2 ? ContextKind.Script : index < 4 ? ContextKind.Characters : ContextKind.Domain, 0.01 * (index + 1));

    private static Histogram Histogram(float[] values, Func<int, float> edge)
    {
        if (values.Length == 0)
        {
            return new Histogram([], []);
        }

        var edges = Enumerable.Range(0, FeatureReport.HistogramBins + 1).Select(edge).ToArray();
        edges[^1] = values[^1];
        var counts = new long[FeatureReport.HistogramBins];
        foreach (var value in values)
        {
            counts[Math.Clamp(Array.FindIndex(edges, e => value <= e) - 1, 0, counts.Length - 1)]++;
        }

        return new Histogram(edges, counts);
    }

    private static ActivationInterval Interval(int k, float[] values, float max, int home, CounterRandom random)
    {
        var (low, high) = (max * (FeatureReport.Intervals - 1 - k) / FeatureReport.Intervals, max * (FeatureReport.Intervals - k) / FeatureReport.Intervals);
        high = k == 0 ? max : high;
        var inside = values.Where(v => v > low && v <= high).ToArray();
        return new ActivationInterval(low, high, inside.Length, [.. inside.Take(5).Select((v, i) => Example(v, home, random.Stream("interval" + k), i))]);
    }

    private static Example Example(float value, int home, CounterRandom random, int number)
    {
        var words = SampleVocabulary.WordsOf(home);
        var at = (ulong)number * 100;
        var tokens = Enumerable.Range(0, 17).Select(i => words[(int)random.Bounded(at + (ulong)i, (ulong)words.Length)]).ToArray();
        var activations = Enumerable.Range(0, 17)
            .Select(i => i == 8 ? value : random.Uniform(at + 50 + (ulong)i) < 0.25f ? value * random.Uniform(at + 70 + (ulong)i) : 0).ToArray();
        if (home == 0 && number % 4 == 1)
        {
            (tokens[8], tokens[9]) = (SampleVocabulary.ByteToken(0xD8), SampleVocabulary.ByteToken(0xB4));
        }

        return new Example((long)random.Bounded(at + 99, Tokens), number, SampleVocabulary.Contexts[home], 8, tokens, activations);
    }

    private static LogitWeightSummary Logits(int home, CounterRandom random)
    {
        var words = SampleVocabulary.WordsOf(home);
        var top = Enumerable.Range(0, 10).Select(i => new TokenWeight(words[i % words.Length], 0.6f - (0.03f * i)));
        var bottom = Enumerable.Range(0, 10).Select(i => new TokenWeight(SampleVocabulary.ByteToken((byte)(i == 0 ? 0xFF : 'a' + i)), -0.4f + (0.02f * i)));
        var edges = Enumerable.Range(0, FeatureReport.HistogramBins + 1).Select(i => -0.4f + (i * 0.025f));
        var counts = Enumerable.Range(0, FeatureReport.HistogramBins).Select(i => (long)(400 * Math.Exp(-Math.Pow((i - 16) / 5.0, 2)) + random.Bounded((ulong)i, 4)));
        return new LogitWeightSummary([.. top], [.. bottom], new Histogram([.. edges], [.. counts]));
    }

    private static IReadOnlyList<ContextScore> Scores(float[] values, float max, int home, CounterRandom random)
    {
        var scores = SampleVocabulary.Contexts.Select((name, c) =>
        {
            var share = c == home ? 0.6 + (0.4 * random.Uniform((ulong)c)) : 0.1 * random.Uniform((ulong)c);
            var levels = Enumerable.Range(0, FeatureReport.Intervals).Select(k =>
            {
                var count = values.LongCount(v => v > max * (FeatureReport.Intervals - 1 - k) / FeatureReport.Intervals && v <= max * (FeatureReport.Intervals - k) / FeatureReport.Intervals);
                return new ContextLevel(count, (long)(count * Math.Clamp(share + (0.1 * (5 - k) / 5), 0, 1)));
            });
            return new ContextScore(name, share * 0.8, share, Math.Min(1, share * 1.1), share * 0.9, [.. levels]);
        });
        return [.. scores.OrderByDescending(s => s.Pearson)];
    }
}
