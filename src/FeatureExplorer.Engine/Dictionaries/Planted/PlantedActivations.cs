using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Planted;

/// <summary>Vectors of a <see cref="PlantedDictionary"/> in the order of their numbers. They never repeat.</summary>
/// <param name="truth">Makes the vectors.</param>
/// <param name="first">Number of the first one.</param>
public sealed unsafe class PlantedActivations(PlantedDictionary truth, long first = 0) : IActivationSource
{
    private const int RowsPerTask = 64;

    private long _next = first;

    /// <inheritdoc/>
    public int Inputs => truth.Settings.Inputs;

    /// <inheritdoc/>
    public void Read(float* x, int rows)
    {
        var (from, inputs) = (_next, Inputs);
        WorkerPool.For((rows + RowsPerTask - 1) / RowsPerTask, (task, _) =>
        {
            for (var row = task * RowsPerTask; row < Math.Min(rows, (task + 1) * RowsPerTask); row++)
            {
                truth.Vector(from + row, new Span<float>(x + ((nint)row * inputs), inputs));
            }
        });
        _next += rows;
    }
}
