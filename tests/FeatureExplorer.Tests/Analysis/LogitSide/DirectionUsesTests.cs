using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Analysis.Relations;

namespace FeatureExplorer.Tests.Analysis.LogitSide;

public sealed class DirectionUsesTests(SmallRelations small) : IClassFixture<SmallRelations>
{
    [Fact]
    public void Run_EveryFeature_EqualsPlainLoopsOverTheLogits()
    {
        var (analysis, model, dictionary) = (small.Analysis, small.Analysis.Model, small.Analysis.Dictionary);
        var (heldOut, window, m) = (analysis.Corpus.HeldOut, small.Analysis.Model.Config.Context, small.Analysis.Dictionary.Features);
        var windows = (heldOut.Count - 1) / window;
        // Means small enough that both kinds of token are there; feature 3 is left out.
        float[] means = [.. Enumerable.Range(0, m).Select(f => f == 3 ? 0 : 0.002f * (1 + (f % 4)))];
        using var uses = new DirectionUses(model, dictionary);
        var found = uses.Run(heldOut, windows * window, means);

        var rows = Rows(model, dictionary, heldOut, windows);
        double[] mean = [.. Enumerable.Range(0, model.Config.VocabularySize).Select(i => rows.Average(r => r.Update[i]))];
        Assert.Equal(Enumerable.Range(0, m).Where(f => f != 3), found.Select(use => use.Feature));
        foreach (var use in found)
        {
            var weights = new float[model.Config.VocabularySize];
            LogitWeights.Of(model, dictionary.DecoderRow(use.Feature), weights);
            double[] direction = [.. weights.Select(w => w - weights.Average(v => (double)v))];
            var square = direction.Sum(w => w * w);
            var components = rows.Select(r => r.Sigma * r.Update.Select((value, i) => (value - mean[i]) * direction[i]).Sum() / (means[use.Feature] * square)).ToList();
            // What lies at the limit may fall on either side by rounding.
            var at = components.Count(c => Math.Abs(c - 1) < 1e-3);
            Assert.InRange(use.Active, components.Where((c, r) => c >= 1 && rows[r].Active.Contains(use.Feature)).Count() - at, components.Where((c, r) => c >= 1 && rows[r].Active.Contains(use.Feature)).Count() + at);
            var without = components.Select((c, r) => (Component: c, Row: r)).Where(c => c.Component >= 1 && !rows[c.Row].Active.Contains(use.Feature)).ToList();
            Assert.InRange(use.Inactive, without.Count - at, without.Count + at);
            var expected = without.GroupBy(c => heldOut.DocumentAt(rows[c.Row].Position)).Select(document => document.Max(c => c.Component)).OrderDescending().Take(DirectionUses.MostExamples).ToList();
            Assert.Equal(expected, use.Examples.Select(e => (double)e.Activation), (a, b) => Math.Abs(a - b) < 1e-2 * Math.Max(1, a));
            Assert.All(use.Examples, e => Assert.Equal(heldOut.Tokens[e.Position], e.Tokens[e.Centre]));
        }

        Assert.Contains(found, use => use.Active > 0 && use.Inactive > 0);
    }

    [Fact]
    public void LargestByDocument_ValuesThatPassBy_KeepsTheLargestOfEachDocument()
    {
        var random = new Random(3);
        var all = Enumerable.Range(0, 500).Select(i => (Value: (float)random.NextDouble(), Position: (long)i, Document: random.Next(12))).ToList();
        var kept = new LargestByDocument(5);
        foreach (var (value, position, document) in all.Where(entry => kept.Wants(entry.Value)))
        {
            kept.Add(value, position, document);
        }

        Assert.Equal(all.GroupBy(e => e.Document).Select(g => g.MaxBy(e => e.Value)).OrderByDescending(e => e.Value).Take(5), kept.Kept);
    }

    private static unsafe List<Row> Rows(TransformerModel model, SparseAutoencoder dictionary, FeatureExplorer.Engine.Text.TokenStore heldOut, long windows)
    {
        var (window, d, n, vocabulary) = (model.Config.Context, model.Config.DModel, dictionary.Inputs, model.Config.VocabularySize);
        using var runner = new TransformerRunner(model, 1);
        using var x = new HostRows(window, n);
        using var stream = new HostRows(window, d);
        using var added = new FloatBuffer(window * d);
        var (gain, unembedding) = (model.Parameters.Span("ln_f.weight").ToArray(), model.Parameters.Span("lm_head.weight").ToArray());
        var f = new SparseActivations();
        var rows = new List<Row>();
        for (var w = 0L; w < windows; w++)
        {
            var tokens = heldOut.Read(w * window, window);
            runner.Stream(tokens, 1, window, Site.Default(model.Config), x, stream);
            runner.Activations(tokens, 1, window, new Site(SiteKind.MlpOut, 0), added.Pointer);
            dictionary.Encode(x.Pointer, window, f);
            for (var t = 0; t < window; t++)
            {
                var (y, u) = (new Span<float>(stream.Pointer + (t * d), d).ToArray(), added.Span(t * d, d).ToArray());
                var sigma = Math.Sqrt(y.Average(v => Math.Pow(v - y.Average(), 2)) + model.Config.LayerNormEpsilon);
                double[] v = [.. u.Select((value, i) => (value - u.Average()) / sigma * gain[i])];
                double[] logits = [.. Enumerable.Range(0, vocabulary).Select(token => Enumerable.Range(0, d).Sum(i => v[i] * unembedding[(token * d) + i]))];
                rows.Add(new Row((w * window) + t, sigma, [.. logits.Select(value => value - logits.Average())], [.. f.FeaturesOf(t).ToArray()]));
            }
        }

        return rows;
    }

    private sealed record Row(long Position, double Sigma, double[] Update, HashSet<int> Active);
}
