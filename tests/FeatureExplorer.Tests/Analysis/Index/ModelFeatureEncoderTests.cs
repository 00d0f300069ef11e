using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer;

namespace FeatureExplorer.Tests.Analysis.Index;

public sealed class ModelFeatureEncoderTests : IClassFixture<SmallAnalysis>
{
    private readonly SmallAnalysis _small;

    public ModelFeatureEncoderTests(SmallAnalysis small) => _small = small;

    [Fact]
    public unsafe void Encode_TwoWindows_ReluOfTheEncoderOnTheNeurons()
    {
        const int Length = 16;
        var tokens = _small.Corpus.HeldOut.Read(0, 2 * Length);
        var f = new SparseActivations();
        using var encoder = new ModelFeatureEncoder(_small.Model, _small.Dictionary, 2);
        encoder.Encode(tokens, 2, Length, f);

        using var runner = new TransformerRunner(_small.Model, 2);
        using var x = new FloatBuffer(2 * Length * SmallAnalysis.Inputs);
        runner.Activations(tokens, 2, Length, x.Pointer);
        Assert.Equal(2 * Length, f.Rows);
        for (var row = 0; row < f.Rows; row++)
        {
            var found = f.FeaturesOf(row).ToArray().Zip(f.ValuesOf(row).ToArray()).ToDictionary();
            for (var feature = 0; feature < SmallAnalysis.Features; feature++)
            {
                var expected = _small.Dictionary.BEnc.Span()[feature];
                for (var i = 0; i < SmallAnalysis.Inputs; i++)
                {
                    expected += _small.Dictionary.EncoderRow(feature)[i] * (x.Span()[(row * SmallAnalysis.Inputs) + i] - _small.Dictionary.BDec.Span()[i]);
                }

                Assert.Equal(Math.Max(0, expected), found.GetValueOrDefault(feature), 1e-4);
            }
        }
    }

    [Fact]
    public unsafe void Build_OfADictionaryThatNormalises_KeepsSigmaOfEveryToken()
    {
        using var dictionary = new SparseAutoencoder(SmallAnalysis.Inputs, SmallAnalysis.Features) { Normalisation = RowNormalisation.LayerNorm };
        _small.Dictionary.WEnc.Span().CopyTo(dictionary.WEnc.Span());
        using var encoder = new ModelFeatureEncoder(_small.Model, dictionary);
        var path = Path.Combine(_small.Corpus.Folder, "sigma.bin");
        ActivationIndexBuilder.Build(path, _small.Corpus.HeldOut, 40, encoder, _small.Index.Header);

        using var index = ActivationIndex.Open(path);
        using var runner = new TransformerRunner(_small.Model, 3);
        using var x = new FloatBuffer(40 * SmallAnalysis.Inputs);
        runner.Activations(_small.Corpus.HeldOut.Read(0, 32), 2, 16, x.Pointer);
        runner.Activations(_small.Corpus.HeldOut.Read(32, 8), 1, 8, x.Pointer + (32 * SmallAnalysis.Inputs));
        for (var token = 0; token < 40; token++)
        {
            double[] row = [.. x.Span(token * SmallAnalysis.Inputs, SmallAnalysis.Inputs).ToArray().Select(static value => (double)value)];
            Assert.Equal(DictionaryReference.Normalise(row, RowNormalisation.LayerNorm).Gain, index.GainAt(token), 1e-5);
        }
    }

    [Fact]
    public void Encode_OfAModelWithAStartToken_LeavesItsOwnActivationsOut()
    {
        var config = Architectures.Of("gpt2, start token");
        using var model = TransformerModel.Create(config, seed: 2);
        using var identity = NeuronEncoder.Identity(config.DMlp);
        using var encoder = new ModelFeatureEncoder(model, identity, 1);
        var f = new SparseActivations();
        int[] tokens = [3, 7, 9, 7, 7, 11];
        encoder.Encode(tokens, 1, tokens.Length, f);

        using var runner = new TransformerRunner(model, 1);
        var neurons = new float[tokens.Length * config.DMlp];
        unsafe
        {
            fixed (float* target = neurons)
            {
                runner.Activations(tokens, 1, tokens.Length, target);
            }
        }

        for (var row = 0; row < tokens.Length; row++)
        {
            var values = neurons.AsSpan(row * config.DMlp, config.DMlp);
            int[] active = [.. Enumerable.Range(0, config.DMlp).Where(neuron => neurons[(row * config.DMlp) + neuron] > 0)];
            Assert.NotEmpty(active);
            Assert.Equal(tokens[row] == 7 ? [] : active, f.FeaturesOf(row).ToArray());
            Assert.True(tokens[row] == 7 || values[active[0]] == f.ValuesOf(row)[0]);
        }
    }

    [Fact]
    public void Constructor_DictionaryOfAnotherModel_Throws()
    {
        using var other = new SparseAutoencoder(SmallAnalysis.Inputs + 1, 4);
        Assert.Contains("do not belong together", Assert.Throws<ArgumentException>(() => new ModelFeatureEncoder(_small.Model, other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void IndexBenchmark_FewTokens_IndexesThemAll()
    {
        var result = IndexBenchmark.Run(64, 10_000, 5);

        Assert.InRange(result.Tokens, 9_000, 10_000);
        Assert.InRange(result.Activations, 4 * result.Tokens, 6 * result.Tokens);
        Assert.InRange(result.BytesPerActivation, 4, 4.1);
        Assert.Equal(result.Seconds, result.IndexSeconds + result.ContextSeconds + result.ReportSeconds, 1e-9);
        Assert.Equal(64, result.Features);
    }
}
