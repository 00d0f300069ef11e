using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Torch;

/// <summary>Transcoders on libtorch: what they read, and the model with what they write, against the CPU engine in every architecture.</summary>
public sealed unsafe class TorchTranscoderTests
{
    private const int Windows = 2;
    private const int Length = 11;
    private const int Rows = Windows * Length;

    public static TheoryData<string> Names => [.. Architectures.All];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Transcoder_OfEveryArchitecture_AgreesWithTheEngine(string name)
    {
        var config = Architectures.Of(name);
        using var backend = TorchCpu.Backend();
        using var model = TransformerGradientTests.RandomModel(config);
        foreach (var kind in Site.TranscoderKindNames)
        {
            var input = Site.Parse(kind, config.Layers);
            using var plain = new PlainTranscoder(config.DModel, config.DModel, skips: true, input);
            var (theirs, ours) = (Run(backend, model, plain), Run(CpuBackend.Instance, model, plain));
            Assert.Equal(ours.Count, theirs.Count);
            Assert.All(ours.Zip(theirs), static pair => Assert.Equal(pair.First, pair.Second, Math.Max(2e-4f, 1e-4f * Math.Abs(pair.First))));
        }
    }

    /// <summary>What is read in three ways, the stream, and the losses and divergences with x̂ and without a feature.</summary>
    private static List<float> Run(IComputeBackend backend, TransformerModel model, PlainTranscoder plain)
    {
        var (config, input, output) = (model.Config, plain.Dictionary.Site!, plain.Dictionary.OutputSite!);
        int[] tokens = Numbers.Tokens(Rows, config.VocabularySize, "tokens"), targets = Numbers.Tokens(Rows, config.VocabularySize, "targets");
        using var runner = backend.ModelRunner(model, Windows);
        using var encoder = backend.DictionaryEncoder(plain.Dictionary, Rows);
        using FloatBuffer read = new(Rows * config.DModel), begun = new(Rows * config.DModel), beside = new(Rows * config.DModel), end = new(Rows * config.DModel);
        using Rows x = backend.Rows(Rows, config.DModel), stream = backend.Rows(Rows, config.DModel);
        runner.Activations(tokens, Windows, Length, input, read.Pointer);
        runner.Stream(tokens, Windows, Length, input, x, stream);
        x.CopyTo(beside.Pointer, 0, Rows);
        stream.CopyTo(end.Pointer, 0, Rows);
        runner.Begin(tokens, Windows, Length, output, input);
        runner.ReadInput(begun.Pointer);
        var all = new List<float>([.. read.Span(), .. beside.Span(), .. begun.Span(), .. end.Span()]);
        foreach (var edit in new SiteEdit[] { new ReconstructionEdit(encoder), new RemovalEdit(encoder, 3) })
        {
            float[] clean = new float[Rows], edited = new float[Rows], divergences = new float[Rows], again = new float[Rows];
            runner.Compare(targets, edit, clean, edited, divergences);
            runner.Continue(targets, edit, again);
            all.AddRange([.. clean, .. edited, .. divergences, .. again]);
        }

        return all;
    }
}
