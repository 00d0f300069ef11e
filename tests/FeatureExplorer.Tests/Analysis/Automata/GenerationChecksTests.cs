using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Generation;
using FeatureExplorer.Engine.Transformer.Layers;
using FeatureExplorer.Tests.Analysis.Relations;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Tests.Engine.Transformer;

namespace FeatureExplorer.Tests.Analysis.Automata;

public sealed unsafe class GenerationChecksTests(SmallRelations small) : IClassFixture<SmallRelations>
{
    [Fact]
    public void Of_PairOfFeatures_EqualsAPlainLoopOverWholeForwardPasses()
    {
        // The index of the small run is made up: what fires in the model itself is another feature.
        var often = Enumerable.Range(0, 20).SelectMany(at => Fires(small.Analysis.Corpus.HeldOut.Read(at * 16, 16).ToArray())).SelectMany(fires => fires)
            .CountBy(feature => feature).Where(count => count.Value < 200 && count.Key != 6).MaxBy(count => count.Value).Key;
        int[] cycle = [6, often];
        var found = GenerationChecks.Of(small.Features, small.Analysis.Corpus.HeldOut, [new FeatureSystem([often], [], 1, []), new FeatureSystem(cycle, [], 1, [])])[1]!;
        var prompts = GenerationChecks.PromptsOf(small.Analysis.Corpus.HeldOut, small.Analysis.Model.Config.Context);
        var largest = Enumerable.Range(0, small.Analysis.Tokens).Max(t => small.Analysis.Stored(t, cycle[0]));
        Check(found, cycle, Steps(prompts, cycle, largest, Next, Fires), Steps(prompts, cycle, null, Next, Fires));
    }

    [Fact]
    public void Of_PairOfFeaturesOfATranscoder_EqualsAPlainLoopInDoublePrecision()
    {
        var (model, heldOut) = (small.Analysis.Model, small.Analysis.Corpus.HeldOut);
        var (config, d) = (model.Config, model.Config.DModel);
        using var plain = new PlainTranscoder(d, d, skips: true, new Site(SiteKind.MlpIn, 0));
        var parameters = ReferenceTransformer.ParametersOf(model.Parameters);
        double[][] read = [];
        double[] Run(int[] tokens, Site site, Func<double[][], double[][]> edit) => ReferenceTransformer.RunSite(
            config, parameters, tokens, new int[tokens.Length], 1, tokens.Length, site, values => [.. edit([.. values.Chunk(d)]).SelectMany(static row => row)]).Logits;
        List<HashSet<int>> Fire(int[] tokens)
        {
            Run(tokens, plain.Dictionary.Site!, values => read = values);
            return [.. read.Select(row => plain.Encode(row).Index().Where(static f => f.Item > 0).Select(static f => f.Index).ToHashSet())];
        }

        int Draw(int[] tokens, int feature, float? pin, double uniform)
        {
            Run(tokens, plain.Dictionary.Site!, values => read = values);
            var logits = Run(tokens, plain.Dictionary.OutputSite!, y => [.. y.Select((row, position) => pin is { } target && position == y.Length - 1
                ? [.. row.Select((value, j) => value + ((target - plain.Encode(read[position])[feature]) * plain.Dictionary.DecoderRow(feature)[j]))] : row)])[^config.VocabularySize..];
            return new TokenSampler(new SamplingOptions(), config.VocabularySize).Draw([.. logits.Select(static logit => (float)logit)], uniform);
        }

        var often = Enumerable.Range(0, 20).SelectMany(at => Fire(heldOut.Read(at * 16, 16).ToArray())).SelectMany(static fires => fires)
            .CountBy(static feature => feature).Where(static count => count.Value < 300 && count.Key != 6).MaxBy(static count => count.Value).Key;
        int[] cycle = [6, often];

        var found = GenerationChecks.Of(small.Features with { Dictionary = plain.Dictionary }, heldOut, [new FeatureSystem([often], [], 1, []), new FeatureSystem(cycle, [], 1, [])])[1]!;

        var prompts = GenerationChecks.PromptsOf(heldOut, config.Context);
        var largest = Enumerable.Range(0, small.Analysis.Tokens).Max(t => small.Analysis.Stored(t, cycle[0]));
        Check(found, cycle, Steps(prompts, cycle, largest, Draw, Fire), Steps(prompts, cycle, null, Draw, Fire));
    }

    private static void Check(GenerationCheck found, int[] cycle, List<int> pinned, List<int> unpinned)
    {
        Assert.Equal(GenerationChecks.Prompts * GenerationChecks.SamplesOfPrompt, found.Samples);
        Assert.Equal(pinned.Average() / cycle.Length, found.Pinned, 1e-12);
        Assert.Equal(unpinned.Average() / cycle.Length, found.Unpinned, 1e-12);
        Assert.Equal(pinned.Count(s => s == cycle.Length) / (double)found.Samples, found.PinnedRounds, 1e-12);
        Assert.Equal(unpinned.Count(s => s == cycle.Length) / (double)found.Samples, found.UnpinnedRounds, 1e-12);
        Assert.InRange(found.Pinned, 0.01, 0.99);
        Assert.NotEqual(unpinned, pinned);
    }

    [Fact]
    public void Steps_CycleOfThree_CountsFromItsStartToTheFirstMiss()
    {
        Assert.Equal(3, GenerationChecks.Steps([new HashSet<int> { 2 }, new HashSet<int> { 3, 9 }, new HashSet<int> { 1 }], [1, 2, 3]));
        Assert.Equal(1, GenerationChecks.Steps([new HashSet<int> { 2 }, new HashSet<int> { 1 }, new HashSet<int> { 1 }], [1, 2, 3]));
        Assert.Equal(0, GenerationChecks.Steps([new HashSet<int> { 3 }, new HashSet<int> { 3 }, new HashSet<int> { 1 }], [1, 2, 3]));
    }

    /// <summary>By sample, the steps that it takes; every token from a whole forward pass, the pin as an addition to the last residual stream.</summary>
    private static List<int> Steps(IReadOnlyList<int[]> prompts, int[] cycle, float? pin, Func<int[], int, float?, double, int> next, Func<int[], List<HashSet<int>>> fire)
    {
        var steps = new List<int>();
        for (var prompt = 0; prompt < prompts.Count; prompt++)
        {
            for (var sample = 0; sample < GenerationChecks.SamplesOfPrompt; sample++)
            {
                var random = new CounterRandom(GenerationChecks.Seed, (ulong)((prompt * GenerationChecks.SamplesOfPrompt) + sample + 1));
                var tokens = prompts[prompt].ToList();
                for (var position = 0; position < cycle.Length; position++)
                {
                    tokens.Add(next([.. tokens], cycle[0], position == 0 ? pin : null, random.UniformDouble((ulong)position)));
                }

                var fires = fire([.. tokens]);
                steps.Add(Enumerable.Range(0, cycle.Length).TakeWhile(step => fires[prompts[prompt].Length + step].Contains(cycle[(step + 1) % cycle.Length])).Count());
            }
        }

        return steps;
    }

    private unsafe int Next(int[] tokens, int feature, float? pin, double uniform)
    {
        var (model, dictionary) = (small.Analysis.Model, small.Analysis.Dictionary);
        var (n, d) = (model.Config.DMlp, model.Config.DModel);
        using var runner = new TransformerRunner(model, 1);
        using var x = new FloatBuffer(tokens.Length * n);
        using var stream = new FloatBuffer(tokens.Length * d);
        using var read = new HostRows(x.Pointer, tokens.Length, n);
        using var after = new HostRows(stream.Pointer, tokens.Length, d);
        runner.Stream(tokens, 1, tokens.Length, Site.Default(model.Config), read, after);
        var last = stream.Span((tokens.Length - 1) * d, d);
        if (pin is { } target)
        {
            var f = new SparseActivations();
            dictionary.Encode(x.Pointer + ((tokens.Length - 1) * n), 1, f);
            var at = f.FeaturesOf(0).BinarySearch(feature);
            var change = target - (at < 0 ? 0 : f.ValuesOf(0)[at]);
            var down = model.Parameters.Span("h.0.mlp.c_proj.weight");
            for (var i = 0; i < n; i++)
            {
                for (var k = 0; k < d; k++)
                {
                    last[k] += change * dictionary.DecoderRow(feature)[i] * down[(i * d) + k];
                }
            }
        }

        using var logits = new FloatBuffer(model.Config.VocabularySize);
        FinalLogits.Of(model, stream.Pointer + ((tokens.Length - 1) * d), 1, logits.Pointer);
        return new TokenSampler(new SamplingOptions(), model.Config.VocabularySize).Draw(logits.Span(), uniform);
    }

    private List<HashSet<int>> Fires(int[] tokens)
    {
        var (model, dictionary) = (small.Analysis.Model, small.Analysis.Dictionary);
        using var runner = new TransformerRunner(model, 1);
        using var x = new FloatBuffer(tokens.Length * model.Config.DMlp);
        runner.Activations(tokens, 1, tokens.Length, x.Pointer);
        var f = new SparseActivations();
        dictionary.Encode(x.Pointer, tokens.Length, f);
        return [.. Enumerable.Range(0, tokens.Length).Select(row => f.FeaturesOf(row).ToArray().ToHashSet())];
    }
}
