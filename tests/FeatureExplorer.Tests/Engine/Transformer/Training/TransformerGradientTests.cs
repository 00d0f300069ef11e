using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Transformer.Training;

[Collection(AloneTests.Name)]
public sealed unsafe class TransformerGradientTests(ITestOutputHelper output)
{
    internal static readonly TransformerConfig Tiny = new() { Layers = 2, DModel = 20, DMlp = 28, Heads = 4, Context = 12, VocabularySize = 53 };

    /// <summary>A model whose biases and gains are not at their special starting values.</summary>
    internal static TransformerModel RandomModel(TransformerConfig config)
    {
        var model = TransformerModel.Create(config, seed: 3);
        var random = new CounterRandom(11);
        for (var i = 0L; i < model.Parameters.Length; i++)
        {
            model.Parameters.Pointer[i] += 0.3f * random.Normal((ulong)i);
        }
        return model;
    }

    [Theory]
    [InlineData(3, 12)]
    [InlineData(2, 7)] // windows shorter than the context
    public void Compute_EveryParameter_AgreesWithCentralDifferences(int windows, int length)
    {
        using var model = RandomModel(Tiny);
        var tokens = Numbers.Tokens(windows * length, Tiny.VocabularySize, "tokens");
        var targets = Numbers.Tokens(windows * length, Tiny.VocabularySize, "targets");
        using var gradient = new TransformerGradient(model, maxWindows: 3);

        var loss = gradient.Compute(tokens, targets, windows, length);

        var p = ReferenceTransformer.ParametersOf(model.Parameters);
        double Objective() => ReferenceTransformer.Run(Tiny, p, tokens, targets, windows, length).Mean;
        Assert.Equal(Objective(), loss, 1e-5);
        foreach (var item in model.Parameters.Items)
        {
            Numbers.CheckGradient(
                output, item.Name, p[item.Name], Objective, gradient.Gradient.Span(item.Name), stride: 1 + (item.Length / 6), tolerance: 1e-4);
        }
    }

    public static TheoryData<string> Trainable => [.. Architectures.Trainable];

    [Theory]
    [MemberData(nameof(Trainable))]
    public void Compute_EveryParameterOfAnArchitecture_AgreesWithCentralDifferences(string name)
    {
        var config = Architectures.Of(name);
        using var model = RandomModel(config);
        var (tokens, targets) = (Numbers.Tokens(2 * 9, config.VocabularySize, "tokens"), Numbers.Tokens(2 * 9, config.VocabularySize, "targets"));
        using var gradient = new TransformerGradient(model, maxWindows: 2);

        var loss = gradient.Compute(tokens, targets, 2, 9);

        var p = ReferenceTransformer.ParametersOf(model.Parameters);
        double Objective() => ReferenceTransformer.Run(config, p, tokens, targets, 2, 9).Mean;
        Assert.Equal(Objective(), loss, 1e-5);
        foreach (var item in model.Parameters.Items)
        {
            Numbers.CheckGradient(
                output, item.Name, p[item.Name], Objective, gradient.Gradient.Span(item.Name), stride: 1 + (item.Length / 6), tolerance: 1e-4);
        }
    }

    [Theory]
    [InlineData("gpt-neox", "parallel")]
    [InlineData("gpt-neo", "local attention")]
    [InlineData("llama, start token", "start token")]
    public void Create_OfAModelThatIsOnlyImported_IsRefused(string name, string says)
    {
        using var model = RandomModel(Architectures.Of(name));
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => new TransformerGradient(model, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_AnyNumberOfThreads_GivesTheSameBits()
    {
        var config = new TransformerConfig { DModel = 24, DMlp = 40, Heads = 3, Context = 60, VocabularySize = 301 };
        var tokens = Numbers.Tokens(5 * 60, 301, "tokens");
        var targets = Numbers.Tokens(5 * 60, 301, "targets");
        var results = new List<float[]>();
        var before = WorkerPool.Threads;
        try
        {
            foreach (var threads in new[] { 1, 2, 3, 2 })
            {
                WorkerPool.Configure(threads);
                using var model = RandomModel(config);
                using var gradient = new TransformerGradient(model, 5);
                gradient.Compute(tokens, targets, 5, 60);
                results.Add(new Span<float>(gradient.Gradient.Pointer, (int)gradient.Gradient.Length).ToArray());
            }
        }
        finally
        {
            WorkerPool.Configure(before);
        }
        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    [Fact]
    public void Compute_TokenOutsideTheVocabulary_IsRefused()
    {
        using var model = RandomModel(Tiny);
        using var gradient = new TransformerGradient(model, 1);
        var tokens = new int[12];
        tokens[5] = 53;

        Assert.Contains("53", Assert.Throws<ArgumentException>(() => gradient.Compute(tokens, new int[12], 1, 12)).Message);
        Assert.Contains("53", Assert.Throws<ArgumentException>(() => gradient.Compute(new int[12], tokens, 1, 12)).Message);
    }
}
