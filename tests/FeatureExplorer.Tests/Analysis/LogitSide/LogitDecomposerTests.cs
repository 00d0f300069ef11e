using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Layers;
using FeatureExplorer.Tests.Analysis.Relations;
using FeatureExplorer.Tests.Engine.Dictionaries;

namespace FeatureExplorer.Tests.Analysis.LogitSide;

public sealed class LogitDecomposerTests(SmallRelations small) : IClassFixture<SmallRelations>
{
    [Theory]
    [InlineData(SiteKind.MlpPost)]
    [InlineData(SiteKind.MlpOut)]
    [InlineData(SiteKind.ResidPost)]
    public void At_EverySiteOfTheLastLayer_AddsUpToTheForwardPass(SiteKind kind)
    {
        var model = small.Analysis.Model;
        var site = new Site(kind, 0);
        using var dictionary = Random(site.Width(model.Config), site);
        var tokens = small.Analysis.Corpus.HeldOut.Read(5, 12).ToArray();
        for (var position = 0; position < tokens.Length; position += 3)
        {
            var found = LogitDecomposer.At(model, dictionary, tokens, position);
            Assert.Equal(1, found.Terms.Sum(t => t.Share), 1e-4);
            Assert.InRange(found.Difference, 0, 1e-4);
            Assert.Contains(found.Terms, t => t.Kind == LogitTermKind.Feature);
            Assert.Equal(kind == SiteKind.MlpPost ? 1 : 0, found.Terms.Count(t => t.Kind == LogitTermKind.LayerBias));

            // The logits of the whole pass less those of the pass without the site, at the same σ: plain loops over the model's own stream.
            var expected = Update(model, tokens, position, site);
            foreach (var weight in found.Promoted.Concat(found.Suppressed))
            {
                Assert.Equal(expected[weight.Token], weight.Weight, 1e-4);
            }

            if (position + 1 < tokens.Length)
            {
                Assert.Equal(expected[tokens[position + 1]], found.Next!.Value, 1e-4);
                Assert.Equal(found.Next.Value, found.Terms.Sum(t => t.Next!.Value), 1e-4);
            }
        }
    }

    [Theory]
    [InlineData("mlp.in", true)]
    [InlineData("resid.mid", false)]
    public void At_ATranscoder_AddsUpToWhatItsSiteWrites(string site, bool skips)
    {
        var model = small.Analysis.Model;
        using var plain = new PlainTranscoder(model.Config.DModel, model.Config.DModel, skips, Site.Parse(site, 1));
        var tokens = small.Analysis.Corpus.HeldOut.Read(5, 12).ToArray();
        foreach (var position in new[] { 0, 6, 11 })
        {
            var found = LogitDecomposer.At(model, plain.Dictionary, tokens, position);
            Assert.Equal(1, found.Terms.Sum(t => t.Share), 1e-4);
            Assert.InRange(found.Difference, 0, 1e-4);
            Assert.Equal(skips ? 1 : 0, found.Terms.Count(t => t.Kind == LogitTermKind.Skip));
            Assert.Equal(0, found.Terms.Count(t => t.Kind == LogitTermKind.LayerBias));
            var expected = Update(model, tokens, position, plain.Dictionary.OutputSite!);
            Assert.All(found.Promoted.Concat(found.Suppressed), weight => Assert.Equal(expected[weight.Token], weight.Weight, 1e-4));
        }
    }

    [Fact]
    public void At_DictionaryThatNormalises_TakesEachFeatureBySigma()
    {
        var model = small.Analysis.Model;
        var site = new Site(SiteKind.ResidPost, 0);
        using var plain = Random(site.Width(model.Config), site);
        using var dictionary = new SparseAutoencoder(plain.Inputs, plain.Features) { Site = site, Normalisation = RowNormalisation.LayerNorm };
        plain.WEnc.Span().CopyTo(dictionary.WEnc.Span());
        plain.WDec.Span().CopyTo(dictionary.WDec.Span());
        plain.BEnc.Span().CopyTo(dictionary.BEnc.Span());
        plain.BDec.Span().CopyTo(dictionary.BDec.Span());
        var tokens = small.Analysis.Corpus.HeldOut.Read(5, 12).ToArray();

        var found = LogitDecomposer.At(model, dictionary, tokens, 7);

        // A direction moves the logits by the same, however strongly it fires: by σ times its activation.
        var without = LogitDecomposer.At(model, plain, tokens, 7).Terms.Where(static term => term.Kind == LogitTermKind.Feature).ToDictionary(static term => term.Feature!.Value);
        var both = found.Terms.Where(term => term.Feature is { } feature && without.ContainsKey(feature)).ToList();
        Assert.True(both.Count > 3);
        Assert.All(both, term => Assert.Equal(Sigma(model, tokens, 7, site) * without[term.Feature!.Value].Norm / without[term.Feature.Value].Activation, term.Norm / term.Activation, 1e-3));
        Assert.Equal(1, found.Terms.Sum(static term => term.Share), 1e-4);
        Assert.InRange(found.Difference, 0, 1e-4);
    }

    private static unsafe double Sigma(TransformerModel model, int[] tokens, int position, Site site)
    {
        var width = site.Width(model.Config);
        using var x = new FloatBuffer(tokens.Length * width);
        using var runner = new TransformerRunner(model, 1);
        runner.Activations(tokens, 1, tokens.Length, site, x.Pointer);
        var gain = DictionaryReference.Normalise([.. x.Span(position * width, width).ToArray().Select(static value => (double)value)], RowNormalisation.LayerNorm).Gain;
        Assert.True(Math.Abs(gain - 1) > 0.1, "σ is about 1, so the test says nothing about it");
        return gain;
    }

    [Fact]
    public void At_SiteThatALaterLayerReads_IsRefused()
    {
        using var model = TransformerModel.Create(small.Analysis.Model.Config with { Layers = 2 }, 3);
        using var dictionary = Random(SmallAnalysis.Inputs, new Site(SiteKind.MlpPost, 0));
        var error = Assert.Throws<ArgumentException>(() => LogitDecomposer.At(model, dictionary, small.Analysis.Corpus.HeldOut.Read(0, 4), 1));
        Assert.Contains("A later layer reads", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void NullSpace_Directions_SplitIntoReadAndUnread()
    {
        var model = small.Analysis.Model;
        var (n, d) = (model.Config.DMlp, model.Config.DModel);
        var space = new NullSpace(model, Site.Default(model.Config));
        Assert.Equal(d, space.Rank);
        var weights = model.Parameters.Span("h.0.mlp.c_proj.weight").ToArray();
        // A column of W_down is read whole.
        Assert.Equal(0, space.Share([.. Enumerable.Range(0, n).Select(i => weights[(i * d) + 2])]), 1e-5);
        // What is left of a direction after the columns, found by least squares on the normal equations, does nothing to the residual stream.
        var random = new Random(4);
        float[] direction = [.. Enumerable.Range(0, n).Select(_ => (float)(random.NextDouble() - 0.5))];
        var unread = Residual(direction, weights, n, d);
        Assert.All(Enumerable.Range(0, d), column => Assert.Equal(0, Enumerable.Range(0, n).Sum(i => unread[i] * weights[(i * d) + column]), 1e-5));
        Assert.Equal(unread.Sum(v => v * v) / direction.Sum(v => (double)v * v), space.Share(direction), 1e-5);
        Assert.Equal(0, new NullSpace(model, new Site(SiteKind.MlpOut, 0)).Share(direction.AsSpan(0, d)));
    }

    [Fact]
    public void PromotingFeatures_EveryToken_EqualsTheLogitWeightsLessTheirMean()
    {
        var (model, dictionary) = (small.Analysis.Model, small.Analysis.Dictionary);
        var found = PromotingFeatures.Of(model, dictionary, 7);
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            var weights = new float[model.Config.VocabularySize];
            LogitWeights.Of(model, dictionary.DecoderRow(feature), weights);
            Assert.Equal(weights[7] - weights.Average(), found[feature].Weight, 1e-4);
            Assert.InRange(found[feature].Cosine, -1.0001, 1.0001);
        }
    }

    [Fact]
    public void AttributionSimilarity_Pairs_EqualBruteForce()
    {
        Check(small.Features.Index, static _ => 1);
    }

    [Fact]
    public void AttributionSimilarity_OfADictionaryThatNormalises_TakesSigmaOfEachToken()
    {
        var path = Path.Combine(small.Analysis.Corpus.Folder, "gains.bin");
        float[] gains = [.. Enumerable.Range(0, small.Analysis.Tokens).Select(static token => 0.25f + (token % 11))];
        var dense = Enumerable.Range(0, small.Analysis.Tokens).Select(token => Enumerable.Range(0, SmallAnalysis.Features).Select(feature => small.Analysis.Stored(token, feature)).ToArray()).ToArray();
        ActivationIndexBuilder.Build(path, small.Analysis.Corpus.HeldOut, long.MaxValue, new DenseEncoder(dense, 16, gains), small.Features.Index.Header);
        using var index = ActivationIndex.Open(path);

        Assert.NotEqual(Check(index, token => gains[token]), Check(small.Features.Index, static _ => 1));
    }

    private IReadOnlyList<double> Check(ActivationIndex index, Func<int, double> gain)
    {
        var heldOut = small.Analysis.Corpus.HeldOut;
        float[] Weights(int feature)
        {
            var weights = new float[small.Analysis.Model.Config.VocabularySize];
            LogitWeights.Of(small.Analysis.Model, small.Analysis.Dictionary.DecoderRow(feature), weights);
            return weights;
        }

        var found = new AttributionSimilarity(index, heldOut).Of(6, [7, 8, SmallAnalysis.Cyrillic, SmallAnalysis.Dead], Weights);
        var mine = Attributions(6);
        Assert.Equal([Pearson(mine, Attributions(7)), Pearson(mine, Attributions(8)), Pearson(mine, Attributions(SmallAnalysis.Cyrillic)), 0], found, (a, b) => Math.Abs(a - b) < 1e-9);
        return found;

        double[] Attributions(int feature) =>
            [.. Enumerable.Range(0, (int)index.Tokens).Select(t => t + 1 < heldOut.DocumentEnd(heldOut.DocumentAt(t)) && t + 1 < index.Tokens
                ? gain(t) * index.At(feature, t) * Weights(feature)[heldOut.Tokens[t + 1]] : 0)];
    }

    private static double Pearson(double[] a, double[] b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        return a.Zip(b).Sum(p => (p.First - meanA) * (p.Second - meanB)) / Math.Sqrt(a.Sum(v => (v - meanA) * (v - meanA)) * b.Sum(v => (v - meanB) * (v - meanB)));
    }

    private static SparseAutoencoder Random(int inputs, Site site)
    {
        var random = new Random(8);
        var dictionary = new SparseAutoencoder(inputs, 40) { Site = site };
        foreach (var buffer in (FloatBuffer[])[dictionary.WEnc, dictionary.BEnc, dictionary.WDec, dictionary.BDec])
        {
            foreach (ref var weight in buffer.Span())
            {
                weight = (float)(random.NextDouble() - 0.5);
            }
        }

        return dictionary;
    }

    private static unsafe double[] Update(TransformerModel model, int[] tokens, int position, Site site)
    {
        var (d, vocabulary, rows) = (model.Config.DModel, model.Config.VocabularySize, tokens.Length);
        using var runner = new TransformerRunner(model, 1);
        using var x = new FloatBuffer(rows * site.Width(model.Config));
        using var stream = new FloatBuffer(rows * d);
        using var output = new FloatBuffer(rows * d);
        using var read = new HostRows(x.Pointer, rows, site.Width(model.Config));
        using var after = new HostRows(stream.Pointer, rows, d);
        runner.Stream(tokens, 1, rows, site, read, after);
        runner.Activations(tokens, 1, rows, site.Kind == SiteKind.ResidPost ? site : site with { Kind = SiteKind.MlpOut }, output.Pointer);
        using var logits = new FloatBuffer(vocabulary);
        FinalLogits.Of(model, stream.Pointer + (position * d), 1, logits.Pointer);
        var y = stream.Span(position * d, d).ToArray().Select(v => (double)v).ToArray();
        var sigma = Math.Sqrt(y.Average(v => (v - y.Average()) * (v - y.Average())) + model.Config.LayerNormEpsilon);
        var (gain, bias, unembedding) = (model.Parameters.Span("ln_f.weight").ToArray(), model.Parameters.Span("ln_f.bias").ToArray(), model.Parameters.Span("lm_head.weight").ToArray());
        double[] without = [.. y.Select((v, i) => v - output.Span(position * d, d)[i])];
        var update = new double[vocabulary];
        for (var token = 0; token < vocabulary; token++)
        {
            // The whole pass minus what is left without the site.
            update[token] = logits.Span()[token];
            for (var i = 0; i < d; i++)
            {
                update[token] -= (((without[i] - without.Average()) / sigma * gain[i]) + bias[i]) * unembedding[(token * d) + i];
            }
        }

        return [.. update.Select(v => v - update.Average())];
    }

    /// <summary>v − W (WᵀW)⁻¹ Wᵀ v by elimination.</summary>
    private static double[] Residual(float[] v, float[] w, int n, int d)
    {
        var a = new double[d, d + 1];
        for (var r = 0; r < d; r++)
        {
            for (var i = 0; i < n; i++)
            {
                for (var c = 0; c < d; c++)
                {
                    a[r, c] += (double)w[(i * d) + r] * w[(i * d) + c];
                }

                a[r, d] += (double)w[(i * d) + r] * v[i];
            }
        }

        for (var p = 0; p < d; p++)
        {
            for (var r = 0; r < d; r++)
            {
                var factor = r == p ? 0 : a[r, p] / a[p, p];
                for (var c = 0; c <= d; c++)
                {
                    a[r, c] -= factor * a[p, c];
                }
            }
        }

        return [.. Enumerable.Range(0, n).Select(i => v[i] - Enumerable.Range(0, d).Sum(c => a[c, d] / a[c, c] * w[(i * d) + c]))];
    }
}
