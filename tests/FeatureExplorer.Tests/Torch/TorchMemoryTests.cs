using System.Diagnostics;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;
using FeatureExplorer.Tests.Engine.Transformer;
using TorchSharp;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Torch;

/// <summary>Four thousand steps keep no tensor more than four hundred, and the process no more memory. Tensors are counted on the test's own thread.</summary>
[Collection(AloneTests.Name)]
public sealed unsafe class TorchMemoryTests(ITestOutputHelper output)
{
    private const int First = 400;
    private const int Last = 4_000;

    // A tensor of the smallest kind here takes 4 KiB: one that is kept in each step would be 14 MB.
    private const long Noise = 12 << 20;

    [SkippableFact]
    public void DictionarySteps_Thousands_KeepNothing()
    {
        using var backend = TorchCpu.Backend();
        var options = DictionaryOptions.Preset(64, DictionaryVariants.Paper2023) with { Batch = 32 };
        using var step = backend.DictionaryStep(16, 32, DictionaryVariant.Of(options));
        using var values = Numbers.Random(32 * 16, "batch");
        using var x = backend.Rows(values.Pointer, 32, 16);
        using (var sample = new VectorSample(values.Pointer, 32, 16))
        {
            DictionaryVariant.Of(options).Initialize(step.Download().Parameters, sample, 1, new CounterRandom(3));
            step.Upload();
        }

        Check(number =>
        {
            step.ComputeGradients(x, 32, 1, 0.01f);
            step.Update(new AdamSettings(1e-4f), number, clipNorm: 1);
        });
    }

    [SkippableFact]
    public void TransformerSteps_Thousands_KeepNothing()
    {
        using var backend = TorchCpu.Backend();
        using var model = TransformerModel.Create(new TransformerConfig { DModel = 8, DMlp = 16, Heads = 2, Context = 8, VocabularySize = 40 }, seed: 1);
        using var step = backend.TransformerStep(model, new TransformerTrainingOptions { Tokens = 16, BatchWindows = 2, LearningRate = 1e-3f });
        var (tokens, targets) = (Numbers.Tokens(16, 40, "tokens"), Numbers.Tokens(16, 40, "targets"));

        Check(number =>
        {
            step.ComputeGradient(tokens, targets, 2, 8);
            step.Update(1e-3f, number);
        });
    }

    private void Check(Action<int> step)
    {
        // Threads that wait for each other take the more time the busier the machine.
        var threads = torch.get_num_threads();
        torch.set_num_threads(1);
        var (tensors, bytes) = (0L, 0L);
        for (var number = 1; number <= Last; number++)
        {
            step(number);
            if (number % 200 == 0)
            {
                // Left alone, the collector lets garbage grow to the size of the processor's last cache, a hundred megabytes on some, before it looks.
                GC.Collect(generation: 0);
            }

            if (number == First)
            {
                (tensors, bytes) = Now();
            }
        }

        torch.set_num_threads(threads);
        var (later, bytesLater) = Now();
        output.WriteLine($"tensors {tensors} and {later}, memory {bytes:N0} and {bytesLater:N0} bytes");
        Assert.Equal(tensors, later);
        Assert.True(bytesLater - bytes < Noise, $"The process grew by {bytesLater - bytes:N0} bytes.");
    }

    /// <summary>Tensors that this thread has made and not disposed, and the process's own memory.</summary>
    private static (long Tensors, long Bytes) Now()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();

        // An ordinary collection keeps what it has emptied for later.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return (DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount, process.WorkingSet64);
    }
}
