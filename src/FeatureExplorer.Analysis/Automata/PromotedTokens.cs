using System.Numerics.Tensors;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Automata;

/// <summary>
/// The tokens that a feature promotes at its mean activation ā: q = softmax(ā w / σ) over the tokens that occur in the training text, with its logit weights w and
/// the mean 1/σ of the last LayerNorm; a token v is promoted where q(v) is at least <see cref="Least"/> times what it would be if all were alike.
/// </summary>
internal sealed unsafe class PromotedTokens
{
    /// <summary>Promoted tokens are at least so many times as likely as without the feature.</summary>
    public const double Least = 2;

    private const int WindowsOfScale = 64;

    private readonly TransformerModel _model;
    private readonly SparseAutoencoder _dictionary;
    private readonly bool[] _occurs;
    private readonly int _tokens;
    private readonly double _scale;

    /// <param name="model">The model.</param>
    /// <param name="dictionary">Its dictionary.</param>
    /// <param name="occurs">[V] which tokens occur in the training text.</param>
    /// <param name="heldOut">Where 1/σ is measured.</param>
    /// <param name="gain">What the dictionary's activations are multiplied by in x̂, on average (<see cref="Relations.RelatedUnits.Gain"/>).</param>
    public PromotedTokens(TransformerModel model, SparseAutoencoder dictionary, bool[] occurs, TokenStore heldOut, double gain = 1)
    {
        (_model, _dictionary, _occurs) = (model, dictionary, occurs);
        _tokens = occurs.Count(static occurs => occurs);
        _scale = gain * MeanInverseDeviation(model, heldOut);
    }

    /// <summary>q of some features over all tokens, [count, V].</summary>
    /// <param name="first">First feature.</param>
    /// <param name="means">Their mean nonzero activations.</param>
    /// <param name="q">Receives it.</param>
    public void Of(int first, ReadOnlySpan<double> means, float* q)
    {
        var vocabulary = _model.Config.VocabularySize;
        LogitWeights.Of(_model, _dictionary.WDec.Pointer + ((nint)first * _dictionary.Outputs), means.Length, q, _occurs, _dictionary.OutputSite ?? Site.Default(_model.Config));
        var scales = means.ToArray();
        WorkerPool.For(scales.Length, (row, _) =>
        {
            var weights = new Span<float>(q + ((nint)row * vocabulary), vocabulary);
            TensorPrimitives.Multiply(weights, (float)(scales[row] * _scale), weights);
            for (var token = 0; token < vocabulary; token++)
            {
                weights[token] = _occurs[token] ? weights[token] : float.NegativeInfinity;
            }

            TensorPrimitives.SoftMax<float>(weights, weights);
        });
    }

    /// <summary>Whether a token of probability q is promoted.</summary>
    public bool Promotes(float q) => q * (double)_tokens >= Least;

    /// <summary>Mean of 1/σ of the last LayerNorm over the first windows of a text.</summary>
    private static double MeanInverseDeviation(TransformerModel model, TokenStore heldOut)
    {
        var (window, d) = (model.Config.Context, model.Config.DModel);
        using var runner = new TransformerRunner(model, 1);
        var site = Site.Default(model.Config);
        using var activations = new HostRows(window, site.Width(model.Config));
        using var stream = new HostRows(window, d);
        double sum = 0;
        long rows = 0;
        for (var number = 0; number < WindowsOfScale && (long)number * window < heldOut.Count; number++)
        {
            var length = (int)Math.Min(window, heldOut.Count - ((long)number * window));
            runner.Stream(heldOut.Read((long)number * window, length), 1, length, site, activations, stream);
            for (var row = 0; row < length; row++, rows++)
            {
                sum += FinalNorm.InverseDeviation(model, new ReadOnlySpan<float>(stream.Pointer + ((nint)row * d), d));
            }
        }

        return sum / rows;
    }
}
