using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Index;

/// <summary>The features of a dictionary on the activations of a model's site.</summary>
public sealed unsafe class ModelFeatureEncoder : IFeatureEncoder, IDisposable
{
    private readonly SparseAutoencoder _dictionary;
    private readonly TransformerRunner _runner;
    private readonly FloatBuffer _activations;
    private readonly Site _site;
    private readonly int _maxRows;

    /// <param name="model">The model; its site must be as wide as the dictionary's n.</param>
    /// <param name="dictionary">The dictionary. Neither is disposed by this object.</param>
    /// <param name="maxWindows">Most windows that one call to <see cref="Encode"/> may bring.</param>
    /// <param name="site">Where the dictionary reads; null: where it says itself, or the neurons of the last layer.</param>
    public ModelFeatureEncoder(
        TransformerModel model, SparseAutoencoder dictionary, int maxWindows = ActivationIndexBuilder.WindowsPerBatch, Site? site = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        _site = site ?? dictionary.Site ?? Site.Default(model.Config);
        _site.Check(model.Config);
        if (_site.Width(model.Config) != dictionary.Inputs)
        {
            throw new ArgumentException(
                $"The dictionary reads {dictionary.Inputs} inputs but the model's {_site} has {_site.Width(model.Config)}: they do not belong together.",
                nameof(dictionary));
        }

        _dictionary = dictionary;
        _runner = new TransformerRunner(model, maxWindows);
        Window = model.Config.Context;
        _maxRows = maxWindows * Window;
        _activations = new FloatBuffer((long)_maxRows * dictionary.Inputs);
    }

    public int Features => _dictionary.Features;

    public int Window { get; }

    public void Encode(ReadOnlySpan<ushort> tokens, int windows, int length, SparseActivations output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windows * length, _maxRows, nameof(windows));
        _runner.Activations(tokens, windows, length, _site, _activations.Pointer);
        _dictionary.Encode(_activations.Pointer, windows * length, output);
    }

    public void Dispose()
    {
        _runner.Dispose();
        _activations.Dispose();
    }
}
