using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Ablations;

/// <summary>
/// Removes features from the model's last layer and runs the rest of the model: the residual stream loses f · d · W_down (or f · d, as where a transcoder writes), and the last LayerNorm
/// and the unembedding are computed anew. No later attention reads the site, so a token's removal touches the next token's prediction only,
/// and one forward pass of a window serves all features and tokens in it. Windows are those of the index.
/// </summary>
public sealed unsafe class Ablator : IDisposable
{
    private const int WindowsPerBatch = 32;

    private readonly TokenStore _tokens;
    private readonly IModelRunner _runner;
    private readonly IDictionaryEncoder _dictionary;
    private readonly FloatBuffer _effects;
    private readonly Rows _directions;
    private readonly Rows _activations;
    private readonly Rows _stream;
    private readonly int[] _named;
    private readonly SparseActivations _f = new();
    private readonly Site _input;
    private readonly int _window;

    /// <param name="model">The model.</param>
    /// <param name="dictionary">Its dictionary; for neurons the identity.</param>
    /// <param name="heldOut">The tokens of the examples. None is owned.</param>
    /// <param name="occurs">[V] which tokens occur in the training text: only these are named as promoted or suppressed.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    public Ablator(TransformerModel model, SparseAutoencoder dictionary, TokenStore heldOut, bool[] occurs, IComputeBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(occurs);
        _input = dictionary.Site ?? Site.Default(model.Config);
        var output = dictionary.OutputSite ?? _input;
        var (n, d) = (_input.Width(model.Config), model.Config.DModel);
        if (!Supports(model, output))
        {
            throw new ArgumentException($"A later layer reads {output}: removing features there touches more than the next token.", nameof(dictionary));
        }

        if (dictionary.Inputs != n || dictionary.Outputs != output.Width(model.Config) || occurs.Length != model.Config.VocabularySize)
        {
            throw new ArgumentException(
                $"The dictionary reads {dictionary.Inputs} inputs and {occurs.Length} tokens are marked, but the model has {n} activations at {_input} and {model.Config.VocabularySize} tokens: "
                + "they do not belong together.",
                nameof(dictionary));
        }

        (_tokens, _window) = (heldOut, model.Config.Context);
        _named = [.. Enumerable.Range(0, occurs.Length).Where(token => occurs[token])];
        var on = backend ?? CpuBackend.Instance;
        _runner = on.ModelRunner(model, WindowsPerBatch);
        _dictionary = on.DictionaryEncoder(dictionary, WindowsPerBatch * _window);
        _activations = on.Rows(WindowsPerBatch * _window, n);
        _stream = on.Rows(WindowsPerBatch * _window, d);
        _effects = new FloatBuffer((long)dictionary.Features * d);
        LogitWeights.ToResidual(model, dictionary.WDec.Pointer, dictionary.Features, _effects.Pointer, output);
        _directions = on.Rows(_effects.Pointer, dictionary.Features, d);
    }

    /// <summary>Whether nothing but the last LayerNorm and the unembedding reads a site's activations, or what its layer makes of them.</summary>
    public static bool Supports(TransformerModel model, Site site)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(site);
        return site.Layer == model.Config.Layers - 1 && site.Kind != SiteKind.ResidPre;
    }

    /// <summary>The reports of some features, in the order of the tasks.</summary>
    public IReadOnlyList<AblationReport> Run(IReadOnlyList<AblationTask> tasks, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        var removals = Removals(tasks);
        for (var start = 0; start < removals.Count;)
        {
            cancellation.ThrowIfCancellationRequested();
            var end = Batch(removals, start, out var windows);
            Forward(windows);
            Measure(removals, start, end, windows);
            start = end;
            progress?.Report((double)start / removals.Count);
        }

        var byTask = removals.ToLookup(static removal => removal.Task);
        return [.. tasks.Select((task, number) => Report(task, byTask[number]))];
    }

    public void Dispose()
    {
        _runner.Dispose();
        _dictionary.Dispose();
        _activations.Dispose();
        _stream.Dispose();
        _directions.Dispose();
        _effects.Dispose();
    }

    /// <summary>Every feature on every token of its examples on which it fires, and the controls at the centres; by position.</summary>
    private List<Removal> Removals(IReadOnlyList<AblationTask> tasks)
    {
        var removals = new List<Removal>();
        for (var number = 0; number < tasks.Count; number++)
        {
            var task = tasks[number];
            for (var example = 0; example < task.Examples.Count; example++)
            {
                var shown = task.Examples[example];
                var from = shown.Position - shown.Centre;
                for (var at = 0; at < shown.Activations.Count; at++)
                {
                    // The last token of the split predicts nothing.
                    if (shown.Activations[at] > 0 && from + at + 1 < _tokens.Count)
                    {
                        removals.Add(new Removal(number, task.Feature, example, at, from + at, task.Feature));
                        removals.AddRange((at == shown.Centre ? task.Peers : []).Select(peer => new Removal(number, task.Feature, example, at, from + at, peer)));
                    }
                }
            }
        }

        // A stable order: by position, then as they were made.
        return [.. removals.OrderBy(static removal => removal.Position)];
    }

    /// <summary>As many removals as lie in one batch of windows of equal length.</summary>
    private int Batch(List<Removal> removals, int start, out List<long> windows)
    {
        windows = [];
        var end = start;
        for (; end < removals.Count; end++)
        {
            var window = removals[end].Position / _window;
            if (windows.Count == 0 || windows[^1] != window)
            {
                if (windows.Count == WindowsPerBatch || (windows.Count > 0 && LengthOf(window) < _window))
                {
                    break;
                }

                windows.Add(window);
            }
        }

        return end;
    }

    private int LengthOf(long window) => (int)Math.Min(_window, _tokens.Count - (window * _window));

    private void Forward(List<long> windows)
    {
        var length = LengthOf(windows[0]);
        var tokens = new int[windows.Count * length];
        for (var i = 0; i < windows.Count; i++)
        {
            _tokens.Read(windows[i] * _window, tokens.AsSpan(i * length, length));
        }

        _runner.Stream(tokens, windows.Count, length, _input, _activations, _stream);
        _dictionary.Encode(_activations, tokens.Length, _f);
    }

    private void Measure(List<Removal> removals, int start, int end, List<long> windows)
    {
        var length = LengthOf(windows[0]);
        var window = 0;
        var edits = new StreamEdit[end - start];
        for (var i = start; i < end; i++)
        {
            var removal = removals[i];
            while (windows[window] != removal.Position / _window)
            {
                window++;
            }

            var row = (window * length) + (int)(removal.Position % _window);
            edits[i - start] = new StreamEdit(
                row, removal.Direction, -Contribution(row, removal.Feature), _tokens.Tokens[removal.Position + 1], removal.Direction == removal.Feature);
        }

        var effects = new StreamEffect[edits.Length];
        _runner.Effects(_stream, edits, _directions, _named, effects);
        for (var i = start; i < end; i++)
        {
            removals[i].Take(effects[i - start]);
        }
    }

    /// <summary>σ f: how often the feature's direction is in x̂.</summary>
    private float Contribution(int row, int feature)
    {
        var found = _f.FeaturesOf(row).BinarySearch(feature);
        return found < 0 ? 0 : _f.GainOf(row) * _f.ValuesOf(row)[found];
    }

    private static AblationReport Report(AblationTask task, IEnumerable<Removal> removals)
    {
        var all = removals.ToList();
        var own = all.Where(removal => removal.Direction == task.Feature).ToList();
        var centres = own.Where(removal => removal.At == task.Examples[removal.Example].Centre).Select(static removal => (double)removal.Effect).ToList();
        var controls = all.Where(removal => removal.Direction != task.Feature).Select(static removal => (double)removal.Effect).ToList();
        var examples = task.Examples.Select((example, number) => new AblatedExample(
            example.Position,
            [.. own.Where(removal => removal.Example == number).Select(static removal => new AblatedToken(removal.At + 1, removal.Effect, removal.Promoted, removal.Suppressed))]));
        return new AblationReport(
            task.Feature, centres.Count, centres.DefaultIfEmpty(0).Average(), centres.Count == 0 ? 0 : (double)centres.Count(static effect => effect > 0) / centres.Count,
            controls.Count == 0 ? null : controls.Average(), [.. examples]);
    }
}
