using System.Numerics.Tensors;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>
/// Finds for every feature the tokens where the layer's update of the logits has a large component along the feature's logit direction. With v of the update at a token, less its mean
/// over the tokens, and e = d · W_down · π · L of the feature (<see cref="UnembeddingMetric"/>), the component is vᵀ G e / √(eᵀ G e). At its mean activation f̄ the feature adds
/// f̄ √(eᵀ G e) / σ there; the component as a multiple of that is vᵀ G e σ / (f̄ eᵀ G e).
/// </summary>
public sealed unsafe class DirectionUses : IDisposable
{
    /// <summary>Most examples of a feature.</summary>
    public const int MostExamples = 10;

    private const int TokensPerCall = 2048;
    private const int FeaturesPerCall = 1024;

    private readonly TransformerModel _model;
    private readonly SparseAutoencoder _dictionary;
    private readonly Site _site;
    private readonly Site _input;
    private readonly TransformerRunner _runner;
    private readonly UnembeddingMetric _metric;
    private readonly SparseActivations _f = new();
    private readonly int _rows;
    private readonly FloatBuffer _x;
    private readonly FloatBuffer _stream;
    private readonly FloatBuffer _v;
    private readonly FloatBuffer _directions;
    private readonly FloatBuffer _components;

    /// <param name="model">The model.</param>
    /// <param name="dictionary">Its dictionary. None is owned.</param>
    /// <exception cref="ArgumentException">A later layer reads the site.</exception>
    public DirectionUses(TransformerModel model, SparseAutoencoder dictionary)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        (_model, _dictionary, _site) = (model, dictionary, dictionary.OutputSite ?? Site.Default(model.Config));
        _input = dictionary.Site ?? _site;
        if (LogitDecomposer.Problem(model, _site) is { } problem)
        {
            throw new ArgumentException(problem, nameof(dictionary));
        }

        var (windows, d) = (Math.Max(1, TokensPerCall / model.Config.Context), model.Config.DModel);
        _rows = windows * model.Config.Context;
        _runner = new TransformerRunner(model, windows);
        _metric = new UnembeddingMetric(model, _rows);
        (_x, _stream, _v) = (new FloatBuffer((long)_rows * dictionary.Inputs), new FloatBuffer((long)_rows * d), new FloatBuffer((long)_rows * d));
        _directions = new FloatBuffer((long)dictionary.Features * d);
        _components = new FloatBuffer((long)Math.Min(FeaturesPerCall, dictionary.Features) * _rows);
    }

    /// <summary>Finds them in windows spread evenly over the held-out tokens.</summary>
    /// <param name="heldOut">The tokens.</param>
    /// <param name="maxTokens">Most tokens; whole windows are used, at least one.</param>
    /// <param name="means">[m] mean activation of each feature where it is active; 0 leaves a feature out.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellation">Checked between calls of the model.</param>
    public IReadOnlyList<DirectionUse> Run(TokenStore heldOut, long maxTokens, float[] means, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(means);
        var windows = new EvenWindows(heldOut, _model.Config.Context, maxTokens);
        var sum = new SpreadSum(_model.Config.DModel);
        windows.ForEach(_runner.MaxWindows, (tokens, _) => Update(tokens, sum), null, cancellation);
        float[] mean = [.. sum.Sums.Select(value => (float)(value / sum.Rows))];
        Directions(means);
        var uses = Enumerable.Range(0, means.Length).Select(static _ => new Tally()).ToArray();
        windows.ForEach(_runner.MaxWindows, Find, progress, cancellation);
        return [.. Enumerable.Range(0, means.Length).Where(feature => means[feature] > 0).Select(feature => new DirectionUse(
            feature, uses[feature].Active, uses[feature].Inactive, [.. uses[feature].Largest.Kept.Select(found => Window(heldOut, found))]))];

        void Find(int[] tokens, long[] starts)
        {
            Update(tokens, null);
            var documents = Centre(heldOut, starts, mean, tokens.Length);
            _dictionary.Encode(_x.Pointer, tokens.Length, _f);
            var active = RowsOf(tokens.Length);
            for (var first = 0; first < means.Length; first += FeaturesPerCall)
            {
                Count(first, Math.Min(FeaturesPerCall, means.Length - first), means, active, documents, uses);
            }
        }
    }

    public void Dispose()
    {
        _runner.Dispose();
        _metric.Dispose();
        _x.Dispose();
        _stream.Dispose();
        _v.Dispose();
        _directions.Dispose();
        _components.Dispose();
    }

    /// <summary>v of the layer's update, and its sum where it is wanted.</summary>
    private void Update(int[] tokens, SpreadSum? sum)
    {
        using var x = new HostRows(_x.Pointer, tokens.Length, _dictionary.Inputs);
        using var stream = new HostRows(_stream.Pointer, tokens.Length, _model.Config.DModel);
        var windows = tokens.Length / _model.Config.Context;
        _runner.Stream(tokens, windows, _model.Config.Context, _input, x, stream);
        _runner.Activations(tokens, windows, _model.Config.Context, _site with { Kind = SiteKind.MlpOut }, _v.Pointer);
        if (sum is null)
        {
            _metric.Scale(_stream.Pointer, tokens.Length, _v.Pointer, _v.Pointer);
        }
        else
        {
            _metric.Measure(_stream.Pointer, tokens.Length, _v.Pointer, sum);
        }
    }

    /// <summary>G e / (f̄ eᵀ G e) of every feature.</summary>
    private void Directions(float[] means)
    {
        var d = _model.Config.DModel;
        using var effects = new FloatBuffer((long)means.Length * d);
        LogitWeights.Effects(_model, _dictionary.WDec.Pointer, means.Length, effects.Pointer, _site);
        _metric.Multiply(effects.Pointer, means.Length, _directions.Pointer);
        for (var feature = 0; feature < means.Length; feature++)
        {
            var direction = _directions.Span((long)feature * d, d);
            var square = TensorPrimitives.Dot<float>(direction, effects.Span((long)feature * d, d));
            TensorPrimitives.Multiply(direction, means[feature] > 0 && square > 0 ? 1 / (means[feature] * square) : 0, direction);
        }
    }

    /// <summary>v less its mean, times σ; where each token lies.</summary>
    private (long Position, int Document)[] Centre(TokenStore heldOut, long[] starts, float[] mean, int rows)
    {
        var (d, window) = (_model.Config.DModel, _model.Config.Context);
        var places = new (long, int)[rows];
        WorkerPool.For(rows, (row, _) =>
        {
            var v = _v.Span((long)row * d, d);
            TensorPrimitives.Subtract(v, mean, v);
            TensorPrimitives.Divide(v, (float)FinalNorm.InverseDeviation(_model, _stream.Span((long)row * d, d)), v);
            var position = starts[row / window] + (row % window);
            places[row] = (position, heldOut.DocumentAt(position));
        });
        return places;
    }

    /// <summary>The rows on which each feature is active, ascending.</summary>
    private List<int>?[] RowsOf(int rows)
    {
        var active = new List<int>?[_dictionary.Features];
        for (var row = 0; row < rows; row++)
        {
            foreach (var feature in _f.FeaturesOf(row))
            {
                (active[feature] ??= []).Add(row);
            }
        }

        return active;
    }

    private void Count(int first, int count, float[] means, List<int>?[] active, (long Position, int Document)[] places, Tally[] uses)
    {
        var (d, rows) = (_model.Config.DModel, places.Length);
        MatrixProduct.Multiply(false, true, count, rows, d, _directions.Pointer + ((nint)first * d), d, _v.Pointer, d, _components.Pointer, rows);
        WorkerPool.For(count, (at, _) =>
        {
            var use = uses[first + at];
            var components = _components.Span((long)at * rows, rows);
            foreach (var row in active[first + at] ?? [])
            {
                use.Active += components[row] >= 1 ? 1 : 0;
                components[row] = 0;
            }

            for (var row = 0; row < rows && means[first + at] > 0; row++)
            {
                if (components[row] >= 1)
                {
                    use.Inactive++;
                    if (use.Largest.Wants(components[row]))
                    {
                        use.Largest.Add(components[row], places[row].Position, places[row].Document);
                    }
                }
            }
        });
    }

    private static Example Window(TokenStore heldOut, (float Value, long Position, int Document) found)
    {
        var from = Math.Max(heldOut.DocumentStart(found.Document), found.Position - ExampleWindows.Before);
        var to = Math.Min(heldOut.DocumentEnd(found.Document), found.Position + ExampleWindows.After + 1);
        var domain = heldOut.DomainOf(found.Document);
        var (tokens, components) = (heldOut.Read(from, (int)(to - from)).ToArray(), new float[to - from]);
        components[found.Position - from] = found.Value;
        return new Example(found.Position, found.Document, domain < 0 ? null : heldOut.Domains[domain], (int)(found.Position - from), [.. tokens.Select(static token => (int)token)], components);
    }

    private sealed class Tally
    {
        public long Active { get; set; }

        public long Inactive { get; set; }

        public LargestByDocument Largest { get; } = new(MostExamples);
    }
}
