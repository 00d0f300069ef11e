using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Index;

/// <summary>A model's neurons as features: f is the MLP's activation after its ReLU, so that neurons get the same index and statistics as a dictionary.</summary>
public sealed unsafe class NeuronEncoder : IFeatureEncoder, IDisposable
{
    private const int RowsPerTask = 256;

    private readonly IModelRunner _runner;
    private readonly Site _site;
    private readonly FloatBuffer _activations;
    private readonly int _maxRows;

    /// <param name="model">The model; not owned.</param>
    /// <param name="maxWindows">Most windows that one call to <see cref="Encode"/> may bring.</param>
    /// <param name="backend">Where the model runs; null: the CPU engine.</param>
    public NeuronEncoder(TransformerModel model, int maxWindows = ActivationIndexBuilder.WindowsPerBatch, IComputeBackend? backend = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Features = model.Config.DMlp;
        Window = model.Config.Context;
        _runner = (backend ?? CpuBackend.Instance).ModelRunner(model, maxWindows);
        _site = Site.Default(model.Config);
        _maxRows = maxWindows * Window;
        _activations = new FloatBuffer((long)_maxRows * Features);
    }

    public int Features { get; }

    public int Window { get; }

    /// <summary>
    /// The dictionary whose features are the neurons: W_enc and W_dec are the identity and the biases zero, so that f = ReLU(x) = x = x̂.
    /// </summary>
    /// <param name="neurons">n.</param>
    public static SparseAutoencoder Identity(int neurons)
    {
        var identity = new SparseAutoencoder(neurons, neurons);
        for (var neuron = 0; neuron < neurons; neuron++)
        {
            identity.EncoderRow(neuron)[neuron] = 1;
            identity.DecoderRow(neuron)[neuron] = 1;
        }

        return identity;
    }

    public void Encode(ReadOnlySpan<int> tokens, int windows, int length, SparseActivations output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var rows = windows * length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, _maxRows, nameof(windows));
        _runner.Activations(tokens, windows, length, _site, _activations.Pointer);
        var counts = new int[rows];
        var tasks = (rows + RowsPerTask - 1) / RowsPerTask;
        WorkerPool.For(tasks, (task, _) =>
        {
            for (var row = task * RowsPerTask; row < Math.Min(rows, (task + 1) * RowsPerTask); row++)
            {
                foreach (var value in Row(row))
                {
                    counts[row] += value > 0 ? 1 : 0;
                }
            }
        });
        output.Reset(counts);
        WorkerPool.For(tasks, (task, _) =>
        {
            for (var row = task * RowsPerTask; row < Math.Min(rows, (task + 1) * RowsPerTask); row++)
            {
                Keep(Row(row), output.Features.AsSpan(output.RowStart[row]), output.Values.AsSpan(output.RowStart[row]));
            }
        });
    }

    public void Dispose()
    {
        _runner.Dispose();
        _activations.Dispose();
    }

    private ReadOnlySpan<float> Row(int row) => new(_activations.Pointer + ((nint)row * Features), Features);

    private static void Keep(ReadOnlySpan<float> activations, Span<int> features, Span<float> values)
    {
        var kept = 0;
        for (var neuron = 0; neuron < activations.Length; neuron++)
        {
            if (activations[neuron] > 0)
            {
                features[kept] = neuron;
                values[kept++] = activations[neuron];
            }
        }
    }
}
