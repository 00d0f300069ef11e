using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Generation;
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
    public void Sample_PinnedFeatures_EqualsAPlainLoopOverTheFullForwardPass(string name, SteeringPositions positions, bool keepError, RowNormalisation normalisation = RowNormalisation.None)
    {
        var site = Site.Parse(name, Config.Layers);
        using var model = TransformerGradientTests.RandomModel(Config);
        using var plain = new PlainDictionary(site, site.Width(Config), normalisation);
        var options = new SteeringOptions { Samples = 3, Tokens = 8, Seed = 42, Positions = positions, KeepError = keepError, Sampling = new SamplingOptions(0.9f, 20, 0.95f) };

        var samples = new SteeredSampler(model, plain.Dictionary).Sample(Prompt, [[], Pins], options);

        for (var sample = 0; sample < options.Samples; sample++)
        {
            Assert.Equal(Loop(model, plain, site, [], options, sample), samples[0][sample]);
            Assert.Equal(Loop(model, plain, site, Pins, options, sample), samples[1][sample]);
        }

        Assert.NotEqual(samples[0], samples[1]);
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
        var text = Prompt.ToList();
        for (var position = 0; position < options.Tokens; position++)
        {
            int[] tokens = [.. text];
            var (_, logits) = ReferenceTransformer.RunSite(Config, parameters, tokens, new int[tokens.Length], 1, tokens.Length, site, x => Edit(x, plain, pins, options));
            var next = Draw(logits[^Config.VocabularySize..], options.Sampling, new CounterRandom(options.Seed, (ulong)sample).UniformDouble((ulong)position));
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
            var held = options.Positions switch { SteeringPositions.Prompt => row < Prompt.Length, SteeringPositions.Generated => row >= Prompt.Length - 1, _ => true };
            if (held)
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
