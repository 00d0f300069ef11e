using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Torch.Dictionaries;
using FeatureExplorer.Torch.Library;
using FeatureExplorer.Torch.Plain;

namespace FeatureExplorer.Tests.Torch;

/// <summary>The same equations by libtorch's own differentiation and optimizers: what the benchmark compares with computes the same, and the formulas are right.</summary>
public sealed unsafe class PlainBackendTests
{
    private const int Inputs = 20;
    private const int Features = 48;
    private const int Batch = 64;

    [SkippableFact]
    public void DictionaryStep_GradientsAndStep_AreThoseOfTheFormulas()
    {
        using var backend = TorchCpu.Backend();
        using var plainBackend = new PlainBackend(TorchCpu.Backend());
        var variant = DictionaryVariant.Of(DictionaryOptions.Preset(Features, DictionaryVariants.Paper2023) with { Batch = Batch });
        using var values = Numbers.Random(Batch * Inputs, "batch");
        using var x = backend.Rows(values.Pointer, Batch, Inputs);
        using var step = (TorchDictionaryStep)Started(backend);
        using var plain = (PlainDictionaryStep)Started(plainBackend);

        var (ours, theirs) = (step.ComputeGradients(x, Batch, 0.5f, 0.02f), plain.ComputeGradients(x, Batch, 0.5f, 0.02f));

        Assert.Equal(1, theirs.Total / ours.Total, 1e-5);
        Assert.Equal(step.Fired.ToArray(), plain.Fired.ToArray());
        foreach (var (a, b) in step.Gradients.All.Zip(plain.Gradients).Select(static pair => (TorchMemory.Floats(pair.First), TorchMemory.Floats(pair.Second))))
        {
            var largest = a.Max(Math.Abs);
            Assert.Equal(a, b, (p, q) => Math.Abs(p - q) <= 1e-5f * largest);
        }

        // The engine's ε stands elsewhere in Adam: where a gradient is near 0, a step differs.
        step.Update(new AdamSettings(1e-3f), 1);
        plain.Update(new AdamSettings(1e-3f), 1);
        var (decoder, other) = (step.Download().Parameters, plain.Download().Parameters);
        Assert.Equal(0, System.Numerics.Tensors.TensorPrimitives.Distance<float>(decoder.DecoderRow(3), other.DecoderRow(3)), 2e-4);

        IDictionaryStep Started(IComputeBackend on)
        {
            var made = on.DictionaryStep(Inputs, Batch, variant);
            using var sample = new VectorSample(values.Pointer, Batch, Inputs);
            variant.Initialize(made.Download().Parameters, sample, 1, new CounterRandom(3));
            made.Upload();
            return made;
        }
    }

    [SkippableFact]
    public void DictionaryStep_OfAnotherKind_IsRefused()
    {
        using var plain = new PlainBackend(TorchCpu.Backend());

        Assert.Contains("gated", Assert.Throws<ArgumentException>(() => plain.DictionaryStep(Inputs, Batch, DictionaryVariant.Of(DictionaryOptions.Preset(Features, DictionaryVariants.Gated)))).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void TransformerStep_Gradient_IsTheEngines()
    {
        var config = new TransformerConfig { DModel = 16, DMlp = 24, Heads = 2, Context = 12, VocabularySize = 40 };
        var options = new TransformerTrainingOptions { Tokens = 24 * 5, BatchWindows = 2, LearningRate = 1e-3f };
        using var plainBackend = new PlainBackend(TorchCpu.Backend());
        var (tokens, targets) = (Numbers.Tokens(24, 40, "tokens"), Numbers.Tokens(24, 40, "targets"));

        var (ours, theirs) = (Run(CpuBackend.Instance), Run(plainBackend));

        Assert.Equal(ours, theirs, static (a, b) => Math.Abs(a - b) <= 2e-4 * Math.Abs(a));

        List<double> Run(IComputeBackend on)
        {
            using var model = TransformerModel.Create(config, seed: 1);
            using var step = on.TransformerStep(model, options);
            var figures = new List<double>();
            for (var number = 1; number <= 5; number++)
            {
                var (loss, norm) = step.ComputeGradient(tokens, targets, 2, 12);
                step.Update(1e-3f, number);
                figures.AddRange([loss, norm]);
            }

            return figures;
        }
    }
}
