using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Tests.Analysis.Relations;

namespace FeatureExplorer.Tests.Torch;

/// <summary>Ablations, relations and neurons on libtorch against the CPU engine.</summary>
public sealed class TorchAnalysisTests(SmallRelations small) : IClassFixture<SmallRelations>
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ablator_InParts_ReportsWhatTheEngineReports(bool neurons)
    {
        using var backend = TorchCpu.Backend();
        backend.PartBytes = 4L * small.Analysis.Model.Config.VocabularySize * sizeof(float) * 50;
        var units = neurons ? small.Neurons : small.Features;
        var tasks = AblationTask.Of(small.Analysis.Reports).Where(task => task.Feature < units.Count)
            .Select(task => task with { Peers = [.. task.Peers.Where(peer => peer < units.Count)] }).ToList();

        var (ours, theirs) = (Run(CpuBackend.Instance), Run(backend));

        Assert.True(tasks.Count > 5);
        var largest = ours.Max(static report => Math.Abs(report.Effect));
        Assert.True(largest > 0.001);
        foreach (var (a, b) in ours.Zip(theirs))
        {
            Assert.Equal((a.Feature, a.Measured), (b.Feature, b.Measured));
            Assert.Equal(a.Effect, b.Effect, 1e-4 * largest);
            Assert.Equal(a.Control ?? 0, b.Control ?? 0, 1e-4 * largest);
            foreach (var (one, other) in a.Examples.SelectMany(static example => example.Tokens).Zip(b.Examples.SelectMany(static example => example.Tokens)))
            {
                Assert.Equal(one.At, other.At);
                Assert.Equal(one.Effect, other.Effect, 2e-6);
                Assert.Equal(one.Promoted.Select(static w => w.Weight), other.Promoted.Select(static w => w.Weight), static (x, y) => Math.Abs(x - y) <= 5e-6f);
                Assert.Equal(one.Suppressed.Select(static w => w.Weight), other.Suppressed.Select(static w => w.Weight), static (x, y) => Math.Abs(x - y) <= 5e-6f);
            }
        }

        IReadOnlyList<AblationReport> Run(IComputeBackend on)
        {
            using var ablator = new Ablator(units.Model, units.Dictionary, small.Analysis.Corpus.HeldOut, units.Occurs, on);
            return ablator.Run(tasks);
        }
    }

    [SkippableFact]
    public void Relate_InParts_FindsWhatTheEngineFinds()
    {
        using var backend = TorchCpu.Backend();
        backend.PartBytes = 5L * small.Neurons.Count * sizeof(float);

        var (features, neurons) = UnitRelator.Relate(small.Features, small.Neurons);
        var (theirFeatures, theirNeurons) = UnitRelator.Relate(small.Features, small.Neurons, backend: backend);

        foreach (var (a, b) in features.Concat(neurons!).Zip(theirFeatures.Concat(theirNeurons!)))
        {
            Assert.Equal(a.Unit, b.Unit);
            Check(a.ByActivation, b.ByActivation);
            Check(a.ByDirection, b.ByDirection);
            Check(a.ByLogits, b.ByLogits);
            Assert.Equal(a.TotalDirection, b.TotalDirection, 1e-4);
        }

        static void Check(IReadOnlyList<UnitMatch> ours, IReadOnlyList<UnitMatch> theirs)
        {
            Assert.Equal(ours.Select(static match => match.Pearson), theirs.Select(static match => match.Pearson));
            Assert.Equal(ours.Select(static match => match.Direction), theirs.Select(static match => match.Direction), Near);
            Assert.Equal(ours.Select(static match => match.Logits), theirs.Select(static match => match.Logits), Near);
        }

        static bool Near(float a, float b) => (float.IsNaN(a) && float.IsNaN(b)) || Math.Abs(a - b) <= 1e-5f;
    }

    [SkippableFact]
    public void Neurons_AreThoseOfTheEngine()
    {
        using var backend = TorchCpu.Backend();
        var (model, heldOut) = (small.Analysis.Model, small.Analysis.Corpus.HeldOut);
        var (ours, theirs) = (new SparseActivations(), new SparseActivations());
        using var engine = new NeuronEncoder(model, 2);
        using var torch = new NeuronEncoder(model, 2, backend);
        var tokens = heldOut.Read(0, 2 * model.Config.Context).ToArray();

        engine.Encode(tokens, 2, model.Config.Context, ours);
        torch.Encode(tokens, 2, model.Config.Context, theirs);

        Assert.Equal(ours.Features.Take(ours.Count), theirs.Features.Take(theirs.Count));
        Assert.Equal(ours.Values.Take(ours.Count), theirs.Values.Take(theirs.Count), static (a, b) => Math.Abs(a - b) <= 1e-5f);
        Assert.Equal(
            NeuronContexts.Of(model, heldOut, small.Analysis.Contexts).Select(static best => Math.Round(best.Pearson, 4)),
            NeuronContexts.Of(model, heldOut, small.Analysis.Contexts, backend: backend).Select(static best => Math.Round(best.Pearson, 4)));
    }
}
