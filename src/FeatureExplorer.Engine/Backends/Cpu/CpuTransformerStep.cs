using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>Trains the model's parameters in place.</summary>
internal sealed class CpuTransformerStep(TransformerModel model, TransformerTrainingOptions options) : ITransformerStep
{
    private readonly TransformerGradient _gradient = new(model, options.BatchWindows);
    private readonly Optimizer _optimizer = new(model.Config, options);
    private double _norm;

    public (double Loss, double Norm) ComputeGradient(ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, int windows, int length)
    {
        var loss = _gradient.Compute(tokens, targets, windows, length);
        _norm = _optimizer.Norm(_gradient.Gradient);
        return (loss, _norm);
    }

    public void Update(float learningRate, long step) => _optimizer.Step(model.Parameters, _gradient.Gradient, _norm, learningRate, step);

    public void Publish()
    {
        // The model's parameters are the ones that are trained.
    }

    public IReadOnlyList<NamedTensor> Moments(string first, string second) => [.. _optimizer.Moment1.Tensors(first), .. _optimizer.Moment2.Tensors(second)];

    public void Restore(SafetensorsFile file, string first, string second)
    {
        _optimizer.Moment1.Read(file, first);
        _optimizer.Moment2.Read(file, second);
    }

    public void Dispose()
    {
        _gradient.Dispose();
        _optimizer.Dispose();
    }
}
