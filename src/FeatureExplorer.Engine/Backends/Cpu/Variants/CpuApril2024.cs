using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Variants;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Backends.Cpu.Variants;

/// <summary><c>april-2024</c> (<see cref="April2024"/>) on lists: the penalty of a feature is weighted with the length of its decoder row.</summary>
internal sealed unsafe class CpuApril2024(DictionaryVariant variant) : CpuVariant(variant)
{
    private const int FeaturesPerTask = 64;

    private float[] _norms = [];

    public override bool HasDensePath => true;

    public override ReadOnlySpan<float> PenaltyWeights => _norms;

    public override void Prepare(DictionaryTensors parameters)
    {
        Array.Resize(ref _norms, parameters.Features);
        ForEachFeature(parameters, feature => _norms[feature] = TensorPrimitives.Norm<float>(parameters.DecoderRow(feature)));
    }

    /// <summary>∂/∂d_i of λ / batch · Σ f_i ‖d_i‖.</summary>
    public override void AddDecoderPenalty(DictionaryTensors parameters, DictionaryTensors gradients, float[] activations, float penalty) =>
        ForEachFeature(parameters, feature =>
        {
            if (activations[feature] > 0 && _norms[feature] > 0)
            {
                var target = gradients.DecoderRow(feature);
                TensorPrimitives.MultiplyAdd(parameters.DecoderRow(feature), penalty * activations[feature] / _norms[feature], target, target);
            }
        });

    private static void ForEachFeature(DictionaryTensors parameters, Action<int> body) =>
        WorkerPool.For((parameters.Features + FeaturesPerTask - 1) / FeaturesPerTask, (task, _) =>
        {
            for (var feature = task * FeaturesPerTask; feature < Math.Min(parameters.Features, (task + 1) * FeaturesPerTask); feature++)
            {
                body(feature);
            }
        });
}
