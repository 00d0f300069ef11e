using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Analysis.Relations;

namespace FeatureExplorer.Tests.Analysis.Automata;

/// <summary>Every figure of every transition against plain loops over the tokens.</summary>
[Collection(AloneTests.Name)]
public sealed class AutomataAnalyzerTests(SmallRelations small) : IClassFixture<SmallRelations>
{
    private const int LeastCount = 10;

    [Fact]
    public void Run_SparseFeatures_EqualsBruteForce()
    {
        var (features, report) = AutomataAnalyzer.Run(small.Features, small.Analysis.Corpus.HeldOut);
        var text = new Tokens(small);
        Assert.Equal(text.Follows.Count(follows => follows), report.Pairs);
        var scale = InverseDeviation();
        for (var feature = 0; feature < SmallAnalysis.Features; feature++)
        {
            var all = Enumerable.Range(0, SmallAnalysis.Features).Select(other => (other, Count: text.Count(feature, other), Back: text.Count(other, feature))).ToList();
            var after = all.Where(o => o.Count >= LeastCount && text.Lift(feature, o.other) > 1).OrderByDescending(o => text.Probability(feature, o.other) * Math.Log(text.Lift(feature, o.other))).Take(8).ToList();
            var found = features.FirstOrDefault(f => f.Feature == feature);
            Assert.Equal(after.Select(o => text.Probability(feature, o.other) * Math.Log(text.Lift(feature, o.other))), found?.After.Select(t => t.Information) ?? [], Close);
            var before = all.Where(o => o.Back >= LeastCount && text.Lift(o.other, feature) > 1).OrderByDescending(o => text.Back(o.other, feature) * Math.Log(text.Lift(o.other, feature))).Take(8).ToList();
            Assert.Equal(before.Select(o => text.Back(o.other, feature) * Math.Log(text.Lift(o.other, feature))), found?.Before.Select(t => t.Back * Math.Log(t.Lift)) ?? [], Close);
            foreach (var transition in found?.After.Concat(found.Before) ?? [])
            {
                Check(transition, text, scale);
            }
        }

        Assert.NotEmpty(features);
    }

    [Fact]
    public void Run_AnyNumberOfThreads_SameResult()
    {
        var before = WorkerPool.Threads;
        try
        {
            WorkerPool.Configure(1);
            var one = AutomataAnalyzer.Run(small.Features, small.Analysis.Corpus.HeldOut);
            WorkerPool.Configure(3);
            Assert.Equivalent(one, AutomataAnalyzer.Run(small.Features, small.Analysis.Corpus.HeldOut), strict: true);
        }
        finally
        {
            WorkerPool.Configure(before);
        }
    }

    private static bool Close(double expected, double actual) => Math.Abs(expected - actual) < 1e-9;

    private void Check(Transition found, Tokens text, double scale)
    {
        var (i, j) = (found.From, found.To);
        Assert.Equal(text.Count(i, j), found.Count);
        Assert.Equal(text.Probability(i, j), found.Probability, 1e-12);
        Assert.Equal(text.Lift(i, j), found.Lift, 1e-9);
        Assert.Equal(text.Back(i, j), found.Back, 1e-12);
        Assert.Equal(text.Fires[i].Zip(text.Fires[j]).Count(p => p.First && p.Second) / (double)text.Fires[i].Count(fires => fires), found.Together, 1e-12);

        var q = Softmax(i, scale);
        var promotes = q.Select(p => p * small.Features.Occurs.Count(occurs => occurs) >= 2).ToArray();
        var pairs = Enumerable.Range(0, text.Ids.Length - 1).Where(t => text.Follows[t + 1] && text.Fires[i][t]).ToList();
        var both = pairs.Where(t => text.Fires[j][t + 1]).ToList();
        Assert.Equal(both.Count(t => promotes[text.Ids[t + 1]]) / (double)both.Count, found.Promoted, 1e-12);
        var (weight, total) = (0.0, 0.0);
        foreach (var group in pairs.Where(t => promotes[text.Ids[t + 1]]).GroupBy(t => text.Ids[t + 1]))
        {
            weight += q[group.Key] * group.Count(t => text.Fires[j][t + 1]) / group.Count();
            total += q[group.Key];
        }

        Assert.Equal(total > 0 ? weight / total : 0, found.Weight, 1e-4);
        Assert.Equal(
            both.GroupBy(t => text.Ids[t + 1]).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(Transition.MostTokens).Select(g => ((int)g.Key, g.Count(), promotes[g.Key])),
            found.Tokens.Select(token => (token.Token, token.Count, token.Promoted)));
    }

    private double[] Softmax(int feature, double scale)
    {
        var weights = new float[small.Features.Model.Config.VocabularySize];
        LogitWeights.Of(small.Features.Model, small.Features.Dictionary.DecoderRow(feature), weights, small.Features.Occurs, small.Features.Dictionary.Site);
        var values = Enumerable.Range(0, small.Analysis.Tokens).Select(t => (double)small.Analysis.Stored(t, feature)).Where(v => v > 0).ToList();
        var exponentials = weights.Select((w, token) => small.Features.Occurs[token] ? Math.Exp(w * values.Average() * scale) : 0).ToArray();
        return [.. exponentials.Select(e => e / exponentials.Sum())];
    }

    /// <summary>Mean 1/σ of the last LayerNorm over the first 64 windows, in plain loops over the model's own streams.</summary>
    private unsafe double InverseDeviation()
    {
        var (model, heldOut) = (small.Features.Model, small.Analysis.Corpus.HeldOut);
        var (window, d) = (model.Config.Context, model.Config.DModel);
        using var runner = new TransformerRunner(model, 1);
        using var activations = new FloatBuffer(window * model.Config.DMlp);
        using var stream = new FloatBuffer(window * d);
        using var read = new HostRows(activations.Pointer, window, model.Config.DMlp);
        using var after = new HostRows(stream.Pointer, window, d);
        var inverse = new List<double>();
        for (var start = 0; start < Math.Min(64L * window, heldOut.Count); start += window)
        {
            var length = (int)Math.Min(window, heldOut.Count - start);
            runner.Stream(heldOut.Read(start, length), 1, length, Site.Default(model.Config), read, after);
            for (var row = 0; row < length; row++)
            {
                var values = stream.Span(row * d, d).ToArray().Select(v => (double)v).ToList();
                inverse.Add(1 / Math.Sqrt(values.Average(v => (v - values.Average()) * (v - values.Average())) + model.Config.LayerNormEpsilon));
            }
        }

        return inverse.Average();
    }

    /// <summary>The small run as whole columns.</summary>
    private sealed class Tokens
    {
        public Tokens(SmallRelations small)
        {
            var (heldOut, window) = (small.Analysis.Corpus.HeldOut, small.Features.Model.Config.Context);
            Ids = heldOut.Read(0, small.Analysis.Tokens).ToArray();
            Fires = [.. Enumerable.Range(0, SmallAnalysis.Features).Select(feature => Enumerable.Range(0, Ids.Length).Select(t => small.Analysis.Stored(t, feature) > 0).ToArray())];
            Follows = [.. Enumerable.Range(0, Ids.Length).Select(t => t % window != 0 && heldOut.DocumentStart(heldOut.DocumentAt(t)) != t)];
        }

        public int[] Ids { get; }

        public bool[][] Fires { get; }

        public bool[] Follows { get; }

        public int Count(int i, int j) => Enumerable.Range(0, Ids.Length - 1).Count(t => Follows[t + 1] && Fires[i][t] && Fires[j][t + 1]);

        public double Probability(int i, int j) => Count(i, j) / (double)Enumerable.Range(0, Ids.Length - 1).Count(t => Follows[t + 1] && Fires[i][t]);

        public double Back(int i, int j) => Count(i, j) / (double)Enumerable.Range(0, Ids.Length).Count(t => Follows[t] && Fires[j][t]);

        public double Lift(int i, int j) =>
            Probability(i, j) / (Enumerable.Range(0, Ids.Length).Count(t => Follows[t] && Fires[j][t]) / (double)Follows.Count(follows => follows));
    }
}
