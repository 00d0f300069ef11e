using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Index;

/// <summary>The features of a dictionary on the activations of a model's site.</summary>
public sealed class ModelFeatureEncoder : IFeatureEncoder, IDisposable
{
    private readonly IDictionaryEncoder _dictionary;
    private readonly IModelRunner _runner;
    private readonly Rows _activations;
    private readonly Site _site;
    private readonly int? _start;
    private readonly int _maxRows;

    /// <param name="model">The model; its site must be as wide as the dictionary's n.</param>
    /// <param name="dictionary">The dictionary. Neither is disposed by this object.</param>
    /// <param name="maxWindows">Most windows that one call to <see cref="Encode"/> may bring.</param>
    /// <param name="site">Where the dictionary reads; null: where it says itself, or the neurons of the last layer.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    public ModelFeatureEncoder(
        TransformerModel model, SparseAutoencoder dictionary, int maxWindows = ActivationIndexBuilder.WindowsPerBatch, Site? site = null,
        IComputeBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        _site = SiteOf(model, dictionary, site);
        var on = backend ?? CpuBackend.Instance;
        // Its activations say where a text begins, and are far larger than others: those of the token before every window are left out, and so are these.
        _start = model.Config.StartToken;
        Features = dictionary.Features;
        Window = model.Config.Context;
        _maxRows = maxWindows * Window;
        _runner = on.ModelRunner(model, maxWindows);
        _dictionary = on.DictionaryEncoder(dictionary, _maxRows);
        _activations = on.Rows(_maxRows, dictionary.Inputs);
    }

    public int Features { get; }

    public int Window { get; }

    /// <summary>Where a dictionary reads a model: where it is told, or says itself, or the neurons of the last layer.</summary>
    /// <exception cref="ArgumentException">The site is not as wide as the dictionary's n.</exception>
    internal static Site SiteOf(TransformerModel model, SparseAutoencoder dictionary, Site? site = null)
    {
        var found = site ?? dictionary.Site ?? Site.Default(model.Config);
        found.Check(model.Config);
        return found.Width(model.Config) == dictionary.Inputs
            ? found
            : throw new ArgumentException(
                $"The dictionary reads {dictionary.Inputs} inputs but the model's {found} has {found.Width(model.Config)}: they do not belong together.",
                nameof(dictionary));
    }

    public void Encode(ReadOnlySpan<int> tokens, int windows, int length, SparseActivations output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windows * length, _maxRows, nameof(windows));
        _runner.Activations(tokens, windows, length, _site, _activations);
        _dictionary.Encode(_activations, windows * length, output);
        if (_start is { } start && tokens.Contains(start))
        {
            var read = tokens.ToArray();
            output.Silence(row => read[row] == start);
        }
    }

    public void Dispose()
    {
        _runner.Dispose();
        _dictionary.Dispose();
        _activations.Dispose();
    }
}
