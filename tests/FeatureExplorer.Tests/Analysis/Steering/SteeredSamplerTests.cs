using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Generation;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Engine.Transformer;
using FeatureExplorer.Tests.Engine.Transformer.Training;

namespace FeatureExplorer.Tests.Analysis.Steering;

[Collection(AloneTests.Name)]
public sealed class SteeredSamplerTests
{
    private static readonly TransformerConfig Config = TransformerGradientTests.Tiny with { Layers = 2, Context = 16 };
    private static readonly int[] Prompt = [0, 7, 31, 12];
    private static readonly Pin[] Pins = [new(2, 3), new(5, -1.5f)];

    [Theory]
    [InlineData("mlp.post.1", SteeringPositions.All, true)]
    [InlineData("mlp.post.0", SteeringPositions.All, false)]
    [InlineData("mlp.out.0", SteeringPositions.Prompt, true)]
    [InlineData("resid.pre.1", SteeringPositions.Generated, true)]
    [InlineData("resid.post.0", SteeringPositions.Generated, false)]
    [InlineData("resid.pre.0", SteeringPositions.All, true)]
    [InlineData("resid.pre.1", SteeringPositions.All, true, RowNormalisation.LayerNorm)]
    [InlineData("resid.post.0", SteeringPositions.Generated, false, RowNormalisation.LayerNorm)]
    [InlineData("mlp.out.0", SteeringPositions.All, false, RowNormalisation.Norm)]
    [InlineData("resid.pre.1", SteeringPositions.All, true, RowNormalisation.None, true)]
    [InlineData("mlp.post.0", SteeringPositions.Generated, false, RowNormalisation.None, true)]
    public void Sample_PinnedFeatures_EqualsAPlainLoopOverTheFullForwardPass(
        string name, SteeringPositions positions, bool keepError, RowNormalisation normalisation = RowNormalisation.None, bool pursues = false)
    {
        var site = Site.Parse(name, Config.Layers);
        using var model = TransformerGradientTests.RandomModel(Config);
        using var plain = new PlainDictionary(site, site.Width(Config), normalisation, pursues ? new PursuitShape(0.1f, 6, true) : null);
        var options = new SteeringOptions { Samples = 3, Tokens = 8, Seed = 42, Positions = positions, KeepError = keepError, Sampling = new SamplingOptions(0.9f, 20, 0.95f) };

        var samples = new SteeredSampler(model, plain.Dictionary).Sample(Prompt, [[], Pins], options);

        for (var sample = 0; sample < options.Samples; sample++)
        {
            Assert.Equal(Loop(model, plain, site, [], options, sample), samples[0][sample]);
            Assert.Equal(Loop(model, plain, site, Pins, options, sample), samples[1][sample]);
        }

        Assert.NotEqual(samples[0], samples[1]);
    }

    // Where a transcoder reads depends on no later layer and on nothing that it writes itself: what it reads in a pass without an edit is what it reads with one.
    [Theory]
    [InlineData("gpt2", "mlp.in.0", SteeringPositions.All, true, true)]
    [InlineData("gpt2", "mlp.norm.1", SteeringPositions.Generated, true, false)]
    [InlineData("gpt2", "resid.mid.0", SteeringPositions.Prompt, false, true)]
    [InlineData("gpt-neox", "resid.mid.1", SteeringPositions.All, false, false)]
    [InlineData("llama", "mlp.norm.0", SteeringPositions.Generated, false, true)]
    [InlineData("llama, start token", "mlp.in.1", SteeringPositions.All, true, true)]
    [InlineData("gpt-neo", "mlp.in.0", SteeringPositions.Prompt, true, false)]
    public void Sample_PinnedFeaturesOfATranscoder_EqualsAPlainLoopOverTheFullForwardPass(string architecture, string name, SteeringPositions positions, bool keepError, bool skips)
    {
        var config = Architectures.Of(architecture);
        var input = Site.Parse(name, config.Layers);
        using var model = TransformerGradientTests.RandomModel(config);
        using var plain = new PlainTranscoder(config.DModel, config.DModel, skips, input);
        var parameters = ReferenceTransformer.ParametersOf(model.Parameters);
        var options = new SteeringOptions { Samples = 3, Tokens = 8, Seed = 42, Positions = positions, KeepError = keepError, Sampling = new SamplingOptions(0.9f, 20, 0.95f) };

        var samples = new SteeredSampler(model, plain.Dictionary).Sample(Prompt, [[], Pins], options);

        for (var sample = 0; sample < options.Samples; sample++)
        {
            Assert.Equal(Loop(config.VocabularySize, tokens => Logits(tokens, []), options, sample), samples[0][sample]);
            Assert.Equal(Loop(config.VocabularySize, tokens => Logits(tokens, Pins), options, sample), samples[1][sample]);
        }

        Assert.NotEqual(samples[0], samples[1]);

        double[] Logits(int[] tokens, Pin[] pins)
        {
            double[][] read = [];
            Run(input, values => read = values);
            return Run(plain.Dictionary.OutputSite!, y => [.. y.Select((row, position) => pins.Length > 0 && IsHeld(position, options) ? Held(row, read[position], pins) : row)]);

            double[] Run(Site site, Func<double[][], double[][]> edit) => ReferenceTransformer.RunSite(
                config, parameters, tokens, new int[tokens.Length], 1, tokens.Length, site, values => [.. edit([.. values.Chunk(config.DModel)]).SelectMany(static row => row)]).Logits;
        }

        double[] Held(double[] y, double[] x, Pin[] pins)
        {
            var f = plain.Encode(x);
            var error = y.Zip(plain.Decode(f, x), static (a, b) => a - b).ToArray();
            foreach (var pin in pins)
            {
                f[pin.Feature] = pin.Target;
            }

            return [.. plain.Decode(f, x).Select((value, i) => value + (keepError ? error[i] : 0))];
        }
    }

    [Fact]
    public void Sample_AnyNumberOfThreadsAndOtherPinsBeside_SameTokens()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var plain = new PlainDictionary(Site.Default(Config), Config.DMlp);
        var sampler = new SteeredSampler(model, plain.Dictionary);
        var options = new SteeringOptions { Samples = 4, Tokens = 10, Seed = 3 };
        var threads = WorkerPool.Threads;
        var alone = sampler.Sample(Prompt, [Pins], options)[0];
        try
        {
            foreach (var count in (int[])[1, 3, 5])
            {
                WorkerPool.Configure(count);
                Assert.Equal(alone, sampler.Sample(Prompt, [[], Pins, [new Pin(1, 9)]], options)[1]);
            }
        }
        finally
        {
            WorkerPool.Configure(threads);
        }
    }

    [Fact]
    public void Sample_WithProgress_TellsOfEveryTokenAsItIsDrawn()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var plain = new PlainDictionary(Site.Default(Config), Config.DMlp);
        var heard = new List<string>();

        var samples = new SteeredSampler(model, plain.Dictionary).Sample(
            Prompt, [Pins], new SteeringOptions { Samples = 1, Tokens = 6 }, drawn => heard.Add(string.Join(' ', drawn[0][0])));

        Assert.Equal(string.Join(' ', samples[0][0]), heard[^1]);
        Assert.All(heard.Zip(heard.Skip(1)), static pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void Sample_MoreThanTheContextHolds_SaysSo()
    {
        using var model = TransformerGradientTests.RandomModel(Config);
        using var plain = new PlainDictionary(Site.Default(Config), Config.DMlp);

        var message = Assert.Throws<ArgumentException>(() => new SteeredSampler(model, plain.Dictionary).Sample(Prompt, [Pins], new SteeringOptions { Tokens = 13 })).Message;

        Assert.Contains("4 tokens of prompt and 13 more do not fit the model's context of 16", message, StringComparison.Ordinal);
    }

    /// <summary>One sample by running the whole text anew for every token.</summary>
    private static List<int> Loop(TransformerModel model, PlainDictionary plain, Site site, Pin[] pins, SteeringOptions options, int sample)
    {
        var parameters = ReferenceTransformer.ParametersOf(model.Parameters);
        return Loop(
            Config.VocabularySize, tokens => ReferenceTransformer.RunSite(Config, parameters, tokens, new int[tokens.Length], 1, tokens.Length, site, x => Edit(x, plain, pins, options)).Logits, options, sample);
    }

    private static List<int> Loop(int vocabulary, Func<int[], double[]> logits, SteeringOptions options, int sample)
    {
        var text = Prompt.ToList();
        for (var position = 0; position < options.Tokens; position++)
        {
            var next = Draw(logits([.. text])[^vocabulary..], options.Sampling, new CounterRandom(options.Seed, (ulong)sample).UniformDouble((ulong)position));
            if (next == 0)
            {
                break;
            }

            text.Add(next);
        }

        return text[Prompt.Length..];
    }

    private static double[] Edit(double[] x, PlainDictionary plain, Pin[] pins, SteeringOptions options)
    {
        var width = plain.Dictionary.Inputs;
        var rows = x.Chunk(width).ToArray();
        for (var row = 0; row < rows.Length && pins.Length > 0; row++)
        {
            if (IsHeld(row, options))
            {
                var original = rows[row];
                var f = plain.Encode(original);
                var error = original.Zip(plain.Decode(f, original), static (a, b) => a - b).ToArray();
                foreach (var pin in pins)
                {
                    f[pin.Feature] = pin.Target;
                }

                rows[row] = [.. plain.Decode(f, original).Select((value, i) => value + (options.KeepError ? error[i] : 0))];
            }
        }

        return [.. rows.SelectMany(static row => row)];
    }

    private static bool IsHeld(int position, SteeringOptions options) =>
        options.Positions switch { SteeringPositions.Prompt => position < Prompt.Length, SteeringPositions.Generated => position >= Prompt.Length - 1, _ => true };

    private static int Draw(double[] logits, SamplingOptions sampling, double uniform)
    {
        var kept = logits.Select((logit, token) => (Weight: Math.Exp((logit - logits.Max()) / sampling.Temperature), token))
            .OrderByDescending(static entry => entry.Weight).Take(sampling.TopK).ToList();
        var all = kept.Sum(static entry => entry.Weight);
        var nucleus = Enumerable.Range(1, kept.Count).First(count => kept.Take(count).Sum(static entry => entry.Weight) >= sampling.TopP * all);
        kept = kept[..nucleus];
        var left = uniform * kept.Sum(static entry => entry.Weight);
        return kept.First(entry => (left -= entry.Weight) < 0).token;
    }
}
