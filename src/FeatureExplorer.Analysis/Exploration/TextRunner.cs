using System.Numerics.Tensors;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>A model and a dictionary on it, ready to read any text and to go on with it; both are disposed with it. One caller at a time.</summary>
public sealed unsafe class TextRunner : IDisposable
{
    private readonly ITokenizer _tokenizer;
    private readonly TransformerModel _model;
    private readonly SparseAutoencoder _dictionary;
    private readonly string _lineEnd;
    private readonly Site _site;
    private readonly Site? _input;
    private readonly FloatBuffer? _inputs;
    private readonly TransformerRunner _runner;
    private readonly SparseActivations _f = new();

    /// <param name="tokenizer">The model's.</param>
    /// <param name="model">The model.</param>
    /// <param name="dictionary">A dictionary on one of its sites.</param>
    /// <param name="lineEnd">The line ends of the text that the model was trained on.</param>
    /// <exception cref="ArgumentException">The two do not belong together.</exception>
    public TextRunner(ITokenizer tokenizer, TransformerModel model, SparseAutoencoder dictionary, string lineEnd)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        (_tokenizer, _model, _dictionary, _lineEnd) = (tokenizer, model, dictionary, lineEnd);
        var reads = ModelFeatureEncoder.SiteOf(model, dictionary);
        (_site, _input) = dictionary.IsTranscoder ? (OutputOf(model, dictionary), reads) : (reads, null);
        _inputs = _input is null ? null : new FloatBuffer((long)model.Config.Context * dictionary.Inputs);
        _runner = new TransformerRunner(model, 1);
        Sampler = new SteeredSampler(model, dictionary, tokenizer.EndOfText);
    }

    /// <summary>Most tokens of a text.</summary>
    public int Window => _model.Config.Context;

    /// <summary>Goes on with a text.</summary>
    public SteeredSampler Sampler { get; }

    /// <summary>All tokens of a text, after the mark that begins every document.</summary>
    /// <param name="text">The text, with any line ends.</param>
    /// <param name="longest">Most characters of it.</param>
    public int[] Tokens(string text, int longest)
    {
        text = LineEnds.Replace(text, _lineEnd);
        return [_tokenizer.DocumentMark, .. _tokenizer.Encode(text.Length > longest ? text[..longest] : text)];
    }

    /// <summary>Reads a text, as much of it as fits the model's window.</summary>
    /// <param name="text">The text, with any line ends.</param>
    /// <param name="longest">Most characters of it.</param>
    /// <param name="without">The feature whose removal is measured, or null.</param>
    public TextReading Read(string text, int longest, int? without = null)
    {
        var all = Tokens(text, longest);
        var tokens = all[..Math.Min(all.Length, Window)];
        var features = new IReadOnlyList<ActiveFeature>[tokens.Length];
        var unexplained = new float[tokens.Length];
        var loss = Losses(tokens, (x, rows) =>
        {
            var read = Read(x);
            _dictionary.Encode(read, rows, _f);
            for (var row = 0; row < rows; row++)
            {
                (features[row], unexplained[row]) = Explain(
                    new ReadOnlySpan<float>(read + ((nint)row * _dictionary.Inputs), _dictionary.Inputs), new ReadOnlySpan<float>(x + ((nint)row * _dictionary.Outputs), _dictionary.Outputs), row);
            }
        }, begun: false);
        var reconstruction = Losses(tokens, (x, _) => _dictionary.Decode(_f, x, Read(x)));
        return new TextReading(
            [.. tokens.Select(static t => (int)t)], features, unexplained, loss, reconstruction,
            without is { } feature ? Losses(tokens, (x, rows) => Remove(feature, x, rows)) : null, all.Length - tokens.Length);
    }

    /// <summary>The model's loss on each token of a text.</summary>
    /// <param name="tokens">All tokens from the document's start on, at most <see cref="Window"/>.</param>
    public IReadOnlyList<float?> Loss(ReadOnlySpan<int> tokens) => Losses(tokens, null, begun: false);

    /// <summary>The model's loss on each token of a text, and how strongly a feature fires on it.</summary>
    /// <param name="tokens">All tokens from the document's start on, at most <see cref="Window"/>.</param>
    /// <param name="feature">The feature.</param>
    public (IReadOnlyList<float?> Loss, IReadOnlyList<float> Activations) Follow(ReadOnlySpan<int> tokens, int feature)
    {
        var activations = new float[tokens.Length];
        var loss = Losses(tokens, (x, rows) =>
        {
            _dictionary.Encode(Read(x), rows, _f);
            for (var row = 0; row < rows; row++)
            {
                activations[row] = Activation(row, feature);
            }
        }, begun: false);
        return (loss, activations);
    }

    /// <summary>Asks something of the model and the dictionary themselves.</summary>
    public T Ask<T>(Func<TransformerModel, SparseAutoencoder, T> question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return question(_model, _dictionary);
    }

    public void Dispose()
    {
        _runner.Dispose();
        _inputs?.Dispose();
        _dictionary.Dispose();
        _model.Dispose();
    }

    private float?[] Losses(ReadOnlySpan<int> tokens, ActivationEdit? edit, bool begun = true)
    {
        if (!begun)
        {
            _runner.Begin(tokens, 1, tokens.Length, _site, _input);
        }

        // Nothing is said of the token after the last one: any target will do there.
        int[] targets = [.. tokens[1..], tokens[^1]];
        var losses = new float[tokens.Length];
        _runner.Continue(targets, edit is null ? null : new HostEdit(edit), losses);
        return [null, .. losses.Take(losses.Length - 1)];
    }

    private static Site OutputOf(TransformerModel model, SparseAutoencoder dictionary) => dictionary.OutputSite is { } output && output.Width(model.Config) == dictionary.Outputs
        ? output
        : throw new ArgumentException($"The transcoder writes {dictionary.Outputs} numbers at {dictionary.OutputSite?.ToString() ?? "a site that its files do not name"}, which {model.Config.DModel} would fit: they do not belong together.", nameof(dictionary));

    /// <summary>What the dictionary reads where the site's activations are x: x itself, or the site that a transcoder reads.</summary>
    private float* Read(float* x)
    {
        if (_inputs is null)
        {
            return x;
        }

        _runner.ReadInput(_inputs.Pointer);
        return _inputs.Pointer;
    }

    /// <summary>The features of a token, and the share of what is written, less b_dec, that x̂ misses.</summary>
    /// <param name="read">[inputs], which a skip transcoder's W_skip multiplies.</param>
    /// <param name="x">[outputs].</param>
    /// <param name="row">Number of the token.</param>
    private (IReadOnlyList<ActiveFeature> Features, float Unexplained) Explain(ReadOnlySpan<float> read, ReadOnlySpan<float> x, int row)
    {
        var (features, values, gain) = (_f.FeaturesOf(row).ToArray(), _f.ValuesOf(row).ToArray(), _f.GainOf(row));
        var explained = new float[x.Length];
        for (var k = 0; k < features.Length; k++)
        {
            TensorPrimitives.MultiplyAdd(_dictionary.DecoderRow(features[k]), gain * values[k], explained, explained);
        }

        var centred = new float[x.Length];
        TensorPrimitives.MultiplyAdd(_dictionary.BDec.Span(), -gain, x, centred);
        TensorPrimitives.Subtract(centred, _f.MeanOf(row), centred);
        var (all, length) = (TensorPrimitives.SumOfSquares<float>(centred), TensorPrimitives.SumOfSquares<float>(explained));
        TensorPrimitives.Subtract<float>(centred, explained, centred);
        TensorPrimitives.Negate(centred, centred);
        _dictionary.AddSkip(read, centred);
        var error = TensorPrimitives.SumOfSquares<float>(centred);
        return (
            [.. features.Select((feature, k) => new ActiveFeature(feature, values[k], length > 0 ? gain * values[k] * TensorPrimitives.Dot<float>(_dictionary.DecoderRow(feature), explained) / length : 0))
                .OrderByDescending(static active => active.Activation).ThenBy(static active => active.Feature)],
            all > 0 ? error / all : 0);
    }

    private void Remove(int feature, float* x, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            var target = new Span<float>(x + ((nint)row * _dictionary.Outputs), _dictionary.Outputs);
            TensorPrimitives.MultiplyAdd(_dictionary.DecoderRow(feature), -_f.GainOf(row) * Activation(row, feature), target, target);
        }
    }

    private float Activation(int row, int feature) => _f.FeaturesOf(row).BinarySearch(feature) is var at and >= 0 ? _f.ValuesOf(row)[at] : 0;
}
