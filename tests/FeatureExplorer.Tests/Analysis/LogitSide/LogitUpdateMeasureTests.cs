using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Analysis.Relations;

namespace FeatureExplorer.Tests.Analysis.LogitSide;

public sealed class LogitUpdateMeasureTests(SmallRelations small) : IClassFixture<SmallRelations>
{
    private const int Windows = 6;

    [Theory]
    [InlineData(SiteKind.MlpPost)]
    [InlineData(SiteKind.MlpOut)]
    [InlineData(SiteKind.ResidPost)]
    public void Run_EverySiteOfTheLastLayer_EqualsPlainLoopsOverTheLogits(SiteKind kind)
    {
        var model = small.Analysis.Model;
        using var dictionary = Random(new Site(kind, 0), model);
        using var measure = new LogitUpdateMeasure(model, dictionary);
        var tokens = Windows * model.Config.Context;
        var found = measure.Run(small.Analysis.Corpus.HeldOut, tokens, static feature => feature % 2 == 0);

        var rows = Rows(model, dictionary);
        Assert.Equal(tokens, found.Tokens);
        Assert.Equal(1 - (rows.Sum(r => Square(r.ErrorLogits)) / Variance([.. rows.Select(r => r.UpdateLogits)])), found.UpdateExplained!.Value, 1e-4);
        Assert.Equal(1 - (rows.Sum(r => Square(r.ErrorLogits)) / Variance([.. rows.Select(r => r.AllLogits)])), found.LogitsExplained!.Value, 1e-4);
        if (kind != SiteKind.MlpPost)
        {
            Assert.Null(found.Unread);
            return;
        }

        // The share of a vector that nothing reads is tested by itself; here the sums over tokens.
        var space = new NullSpace(model, dictionary.Site!);
        var unread = found.Unread!;
        Assert.Equal(Unread(space, [.. rows.Select(r => r.Error)]), unread.Error, 1e-4);
        Assert.Equal(Unread(space, Centred([.. rows.Select(r => r.X)])), unread.Activations, 1e-4);
        Assert.Equal(Unread(space, Centred([.. rows.Select(r => r.XHat)])), unread.Reconstruction, 1e-4);
        // Error and variance of both parts together are those of the whole.
        var explained = 1 - (rows.Sum(r => Square(r.Error)) / Variance([.. rows.Select(r => r.X)]));
        Assert.Equal(explained, (unread.ReadExplained * (1 - unread.Activations)) + (unread.UnreadExplained * unread.Activations), 1e-3);
        Assert.Equal(explained, DictionaryEvaluator.Evaluate(model, dictionary, small.Analysis.Corpus.HeldOut, tokens).ExplainedVariance, 1e-4);
        Assert.Equal(dictionary.Features / 2, unread.Features.Counts.Sum());
        double[] shares = [.. Enumerable.Range(0, dictionary.Features).Where(f => f % 2 == 0).Select(f => space.Share(dictionary.DecoderRow(f))).Order()];
        Assert.Equal((shares[(shares.Length / 2) - 1] + shares[shares.Length / 2]) / 2, unread.Quantiles[2], 1e-6);
        Assert.Equal(1 - ((double)model.Config.DModel / model.Config.DMlp), unread.RandomDirection, 1e-9);
    }

    [Fact]
    public void Run_SiteThatALaterLayerReads_HasNoUpdate()
    {
        using var model = TransformerModel.Create(small.Analysis.Model.Config with { Layers = 2 }, 3);
        using var dictionary = Random(new Site(SiteKind.ResidPost, 0), model);
        using var measure = new LogitUpdateMeasure(model, dictionary);
        var found = measure.Run(small.Analysis.Corpus.HeldOut, 32, static _ => true);
        Assert.Equal((32L, null, null, null), (found.Tokens, found.UpdateExplained, found.LogitsExplained, found.Unread));
    }

    private unsafe List<Row> Rows(TransformerModel model, SparseAutoencoder dictionary)
    {
        var (heldOut, window, d, n) = (small.Analysis.Corpus.HeldOut, model.Config.Context, model.Config.DModel, dictionary.Inputs);
        var all = (heldOut.Count - 1) / window;
        using var runner = new TransformerRunner(model, 1);
        using var x = new HostRows(window, n);
        using var stream = new HostRows(window, d);
        using var added = new FloatBuffer(window * d);
        var f = new SparseActivations();
        var rows = new List<Row>();
        for (var w = 0; w < Windows; w++)
        {
            var tokens = heldOut.Read(w * all / Windows * window, window);
            runner.Stream(tokens, 1, window, dictionary.Site!, x, stream);
            runner.Activations(tokens, 1, window, dictionary.Site! with { Kind = SiteKind.MlpOut }, added.Pointer);
            dictionary.Encode(x.Pointer, window, f);
            for (var t = 0; t < window; t++)
            {
                float[] at = new Span<float>(x.Pointer + (t * n), n).ToArray();
                var xHat = dictionary.BDec.Span().ToArray();
                for (var k = 0; k < f.FeaturesOf(t).Length; k++)
                {
                    for (var i = 0; i < n; i++)
                    {
                        xHat[i] += f.ValuesOf(t)[k] * dictionary.DecoderRow(f.FeaturesOf(t)[k])[i];
                    }
                }

                float[] error = [.. at.Select((value, i) => value - xHat[i])];
                var y = new Span<float>(stream.Pointer + (t * d), d).ToArray();
                rows.Add(new Row(at, xHat, error, Logits(model, y, ToResidual(model, dictionary.Site!, error)), Logits(model, y, added.Span(t * d, d).ToArray()), Logits(model, y, y)));
            }
        }

        return rows;
    }

    private static float[] ToResidual(TransformerModel model, Site site, float[] error)
    {
        var d = model.Config.DModel;
        var weights = model.Parameters.Span("h.0.mlp.c_proj.weight").ToArray();
        return site.Kind != SiteKind.MlpPost ? error : [.. Enumerable.Range(0, d).Select(c => (float)error.Select((value, i) => (double)value * weights[(i * d) + c]).Sum())];
    }

    private static double[] Logits(TransformerModel model, float[] stream, float[] u)
    {
        var (d, mean, meanU) = (stream.Length, stream.Average(), u.Average());
        var sigma = Math.Sqrt(stream.Average(v => (double)(v - mean) * (v - mean)) + model.Config.LayerNormEpsilon);
        var (gain, unembedding) = (model.Parameters.Span("ln_f.weight").ToArray(), model.Parameters.Span("lm_head.weight").ToArray());
        double[] logits = [.. Enumerable.Range(0, model.Config.VocabularySize).Select(token => Enumerable.Range(0, d).Sum(i => (u[i] - meanU) / sigma * gain[i] * unembedding[(token * d) + i]))];
        return [.. logits.Select(value => value - logits.Average())];
    }

    private static double Unread(NullSpace space, IReadOnlyList<float[]> rows) => rows.Sum(row => space.Share(row) * Square(row)) / rows.Sum(Square);

    private static double Square(float[] row) => row.Sum(static value => (double)value * value);

    private static double Square(double[] row) => row.Sum(static value => value * value);

    private static double Variance(IReadOnlyList<double[]> rows)
    {
        double[] mean = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Average(row => row[i]))];
        return rows.Sum(row => row.Select((value, i) => (value - mean[i]) * (value - mean[i])).Sum());
    }

    private static double Variance(IReadOnlyList<float[]> rows) => Centred(rows).Sum(Square);

    private static List<float[]> Centred(IReadOnlyList<float[]> rows)
    {
        double[] mean = [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Average(row => (double)row[i]))];
        return [.. rows.Select(row => row.Select((value, i) => (float)(value - mean[i])).ToArray())];
    }

    private static SparseAutoencoder Random(Site site, TransformerModel model)
    {
        var random = new Random(8);
        var dictionary = new SparseAutoencoder(site.Width(model.Config), 40) { Site = site };
        foreach (var buffer in (FloatBuffer[])[dictionary.WEnc, dictionary.BEnc, dictionary.WDec, dictionary.BDec])
        {
            foreach (ref var weight in buffer.Span())
            {
                weight = (float)(0.3 * (random.NextDouble() - 0.5));
            }
        }

        return dictionary;
    }

    private sealed record Row(float[] X, float[] XHat, float[] Error, double[] ErrorLogits, double[] UpdateLogits, double[] AllLogits);
}
