using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Index;

/// <summary>The features of a dictionary on a model's MLP activations.</summary>
public sealed unsafe class ModelFeatureEncoder : IFeatureEncoder, IDisposable
{
    private readonly SparseAutoencoder _dictionary;
    private readonly TransformerRunner _runner;
    private readonly FloatBuffer _activations;
    private readonly int _maxRows;

    /// <param name="model">The model; its d_mlp must be the dictionary's n.</param>
    /// <param name="dictionary">The dictionary. Neither is disposed by this object.</param>
    /// <param name="maxWindows">Most windows that one call to <see cref="Encode"/> may bring.</param>
    public ModelFeatureEncoder(Transformer model, SparseAutoencoder dictionary, int maxWindows = ActivationIndexBuilder.WindowsPerBatch)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dictionary);
        if (model.Config.DMlp != dictionary.Inputs)
        {
            throw new ArgumentException(
                $"The dictionary reads {dictionary.Inputs} inputs but the model has {model.Config.DMlp} neurons: they do not belong together.",
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
        _runner.Activations(tokens, windows, length, _activations.Pointer);
        _dictionary.Encode(_activations.Pointer, windows * length, output);
    }

    public void Dispose()
    {
        _runner.Dispose();
        _activations.Dispose();
    }
}
