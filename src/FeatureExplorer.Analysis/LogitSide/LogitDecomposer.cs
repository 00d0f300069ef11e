using System.Numerics.Tensors;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>
/// Takes apart what a site of the last layer adds to the logits at a token. The last LayerNorm is (y − mean y) / σ · γ + β: with σ as it is at the token, what
/// an addend u of the residual stream y does to the logits is W_U (u − mean u) γ / σ, linear in u. So with x = Σ f_i d_i + b_dec + (x − x̂), and for neurons
/// u = x W_down + b_down, the terms of the features, the biases and the error add up to the real update. A transcoder writes mlp.out: y = Σ f_i d_i + b_dec + W_skip x + (y − ŷ).
/// </summary>
public static unsafe class LogitDecomposer
{
    /// <summary>Why a site cannot be taken apart, or null where it can.</summary>
    public static string? Problem(TransformerModel model, Site site) => Ablator.Supports(model, site)
        ? null
        : $"A later layer reads {site}: what it does to the logits is not a sum over its features.";

    /// <summary>The update at a token, taken apart.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dictionary">Its dictionary.</param>
    /// <param name="tokens">The text from the document's start on, at most as long as the model's window.</param>
    /// <param name="position">Number of the token, counted from 0.</param>
    /// <exception cref="ArgumentException">A later layer reads the site.</exception>
    public static LogitDecomposition At(TransformerModel model, SparseAutoencoder dictionary, ReadOnlySpan<int> tokens, int position)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, tokens.Length);
        var site = dictionary.OutputSite ?? Site.Default(model.Config);
        if (Problem(model, site) is { } problem)
        {
            throw new ArgumentException(problem, nameof(dictionary));
        }

        var (n, d, vocabulary) = (dictionary.Inputs, model.Config.DModel, model.Config.VocabularySize);
        // Later tokens change nothing: the model is causal.
        var rows = position + 1;
        using var x = new FloatBuffer((long)rows * n);
        using var stream = new FloatBuffer((long)rows * d);
        using var output = new FloatBuffer((long)rows * d);
        using (var runner = new TransformerRunner(model, 1))
        {
            using var read = new HostRows(x.Pointer, rows, n);
            using var after = new HostRows(stream.Pointer, rows, d);
            runner.Stream(tokens[..rows], 1, rows, dictionary.Site ?? site, read, after);
            Output(runner, model, tokens[..rows], site, dictionary.IsTranscoder ? null : x, output);
        }

        var f = new SparseActivations();
        dictionary.Encode(x.Pointer + ((nint)position * n), 1, f);
        var (features, values) = (f.FeaturesOf(0).ToArray(), f.ValuesOf(0).ToArray());
        var input = x.Span((long)position * n, n);
        var update = output.Span((long)position * d, d);
        var terms = Terms(
            model, dictionary, site, input, dictionary.IsTranscoder ? update : input, features, [.. values.Select(value => f.GainOf(0) * value)], (f.MeanOf(0), f.GainOf(0)));
        using var added = terms.Added;
        update.CopyTo(added.Span((long)terms.Kinds.Count * d, d));
        var inverse = FinalNorm.InverseDeviation(model, stream.Span((long)position * d, d));
        using var logits = new FloatBuffer((long)(terms.Kinds.Count + 1) * vocabulary);
        Logits(model, added, terms.Kinds.Count + 1, (float)inverse, logits);

        Span<float> Row(int row) => logits.Span((long)row * vocabulary, vocabulary);
        var real = Row(terms.Kinds.Count);
        var sum = new double[vocabulary];
        int? next = rows < tokens.Length ? tokens[rows] : null;
        var square = Dot(real, real);
        var shown = new List<LogitTerm>(terms.Kinds.Count);
        for (var row = 0; row < terms.Kinds.Count; row++)
        {
            var term = Row(row);
            for (var token = 0; token < vocabulary; token++)
            {
                sum[token] += term[token];
            }

            var isFeature = terms.Kinds[row] == LogitTermKind.Feature;
            shown.Add(new LogitTerm(
                terms.Kinds[row], isFeature ? features[row] : null, isFeature ? values[row] : 0, square > 0 ? Dot(term, real) / square : 0, next is { } token2 ? term[token2] : null,
                Math.Sqrt(Dot(term, term)), Strongest(term, 1), Strongest(term, -1)));
        }

        var difference = 0.0;
        for (var token = 0; token < vocabulary; token++)
        {
            difference = Math.Max(difference, Math.Abs(sum[token] - real[token]));
        }

        return new LogitDecomposition(
            [.. tokens.ToArray().Select(static token => (int)token)], position, [.. shown.OrderByDescending(static term => Math.Abs(term.Share)).ThenBy(static term => term.Feature)],
            Math.Sqrt(square), next is { } following ? real[following] : null, Strongest(real, 1), Strongest(real, -1), difference, inverse);
    }

    /// <summary>What the model itself adds to the residual stream at the site: its own arithmetic, not a sum over terms.</summary>
    private static void Output(TransformerRunner runner, TransformerModel model, ReadOnlySpan<int> tokens, Site site, FloatBuffer? x, FloatBuffer output)
    {
        if (x is null || site.Kind == SiteKind.MlpPost)
        {
            runner.Activations(tokens, 1, tokens.Length, site with { Kind = SiteKind.MlpOut }, output.Pointer);
        }
        else
        {
            x.Span(0, checked(tokens.Length * model.Config.DModel)).CopyTo(output.Span());
        }
    }

    /// <summary>What each term adds to the residual stream, [terms + 1, DModel]; the last row is left for the real update.</summary>
    private static (IReadOnlyList<LogitTermKind> Kinds, FloatBuffer Added) Terms(
        TransformerModel model, SparseAutoencoder dictionary, Site site, ReadOnlySpan<float> input, ReadOnlySpan<float> x, int[] features, float[] values, (float Mean, float Gain) norm)
    {
        var (n, d, skips) = (dictionary.Outputs, model.Config.DModel, dictionary.WSkip is null ? 0 : 1);
        LogitTermKind[] kinds =
        [
            .. features.Select(static _ => LogitTermKind.Feature), LogitTermKind.DictionaryBias, LogitTermKind.Error,
            .. skips > 0 ? new[] { LogitTermKind.Skip } : [], .. site.Kind == SiteKind.MlpPost ? new[] { LogitTermKind.LayerBias } : [],
        ];
        using var parts = new FloatBuffer((long)(features.Length + 2 + skips) * n);
        var error = parts.Span((long)(features.Length + 1) * n, n);
        x.CopyTo(error);
        for (var k = 0; k < features.Length; k++)
        {
            var part = parts.Span((long)k * n, n);
            TensorPrimitives.Multiply(dictionary.DecoderRow(features[k]), values[k], part);
            TensorPrimitives.Subtract(error, part, error);
        }

        // All that is in x̂ whatever fires: σ b_dec + μ, with σ = 1 and μ = 0 where rows are not normalised.
        var bias = parts.Span((long)features.Length * n, n);
        TensorPrimitives.Multiply(dictionary.BDec.Span(), norm.Gain, bias);
        TensorPrimitives.Add(bias, norm.Mean, bias);
        TensorPrimitives.Subtract(error, bias, error);
        if (skips > 0)
        {
            var skip = parts.Span((long)(features.Length + 2) * n, n);
            dictionary.AddSkip(input, skip);
            TensorPrimitives.Subtract(error, skip, error);
        }

        var added = new FloatBuffer((long)(kinds.Length + 1) * d);
        LogitWeights.ToResidual(model, parts.Pointer, features.Length + 2 + skips, added.Pointer, site);
        if (site.Kind == SiteKind.MlpPost)
        {
            new ReadOnlySpan<float>(model.Parameters[$"h.{site.Layer}.mlp.c_proj.bias"], d).CopyTo(added.Span((long)(features.Length + 2) * d, d));
        }

        return (kinds, added);
    }

    /// <summary>W_U (u − mean u) γ / σ of each row, less its mean over the vocabulary.</summary>
    private static void Logits(TransformerModel model, FloatBuffer added, int rows, float inverse, FloatBuffer logits)
    {
        var (d, vocabulary) = (model.Config.DModel, model.Config.VocabularySize);
        for (var row = 0; row < rows; row++)
        {
            FinalNorm.Scale(model, added.Span((long)row * d, d), inverse);
        }

        MatrixProduct.Multiply(false, true, rows, vocabulary, d, added.Pointer, d, model.Parameters["lm_head.weight"], d, logits.Pointer, vocabulary);
        for (var row = 0; row < rows; row++)
        {
            var values = logits.Span((long)row * vocabulary, vocabulary);
            TensorPrimitives.Subtract(values, TensorPrimitives.Sum<float>(values) / vocabulary, values);
        }
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }

    private static TokenWeight[] Strongest(ReadOnlySpan<float> logits, int sign)
    {
        var values = logits.ToArray();
        return [.. Enumerable.Range(0, values.Length).OrderByDescending(token => sign * values[token]).ThenBy(static token => token).Take(LogitTerm.Named)
            .Select(token => new TokenWeight(token, values[token]))];
    }
}
