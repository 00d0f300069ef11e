using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer.Generation;

namespace FeatureExplorer.Analysis.Automata;

/// <summary>
/// Checks by generation whether systems act as automata: the model goes on from the beginnings of held-out documents, with the first state's feature pinned at its
/// largest observed activation on the last token of the prompt alone, and without. A sample takes the cycle's first step when the second state's feature fires on
/// the first generated token, the next one when the third's fires on the token after it, and so on until the first state's fires again. Prompts and random
/// numbers are the same for all systems, with and without the pin.
/// </summary>
internal sealed unsafe class GenerationChecks
{
    /// <summary>Prompts, from as many documents.</summary>
    internal const int Prompts = 16;

    /// <summary>Most tokens of a prompt.</summary>
    internal const int PromptTokens = 16;

    /// <summary>Samples of each prompt.</summary>
    internal const int SamplesOfPrompt = 16;

    /// <summary>Of the prompts and of the samples.</summary>
    internal const ulong Seed = 0x5A3B_1E05;

    private const int Generated = SystemFinder.LongestCycle;

    // Logits of all samples that are drawn together.
    private const long MostLogits = 1 << 24;

    private readonly RelatedUnits _units;
    private readonly IReadOnlyList<int[]> _prompts;
    private readonly PerThread<TokenSampler> _samplers;
    private readonly SparseActivations _f = new();

    private GenerationChecks(RelatedUnits units, IReadOnlyList<int[]> prompts)
    {
        (_units, _prompts) = (units, prompts);
        _samplers = new PerThread<TokenSampler>(() => new TokenSampler(new SamplingOptions(), units.Model.Config.VocabularySize));
    }

    /// <summary>The checks of some systems, in their order; null where no held-out document is long enough for a prompt.</summary>
    /// <param name="units">A dictionary's features.</param>
    /// <param name="heldOut">The text of the prompts.</param>
    /// <param name="systems">The systems.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    public static IReadOnlyList<GenerationCheck?> Of(
        RelatedUnits units, TokenStore heldOut, IReadOnlyList<FeatureSystem> systems, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        var prompts = PromptsOf(heldOut, units.Model.Config.Context);
        if (prompts.Count == 0)
        {
            return [.. systems.Select(static _ => (GenerationCheck?)null)];
        }

        var checks = new GenerationChecks(units, prompts);
        // A set of samples without a pin comes with every batch.
        var batch = (int)Math.Max(1, (MostLogits / units.Model.Config.VocabularySize / SamplesOfPrompt) - 1);
        var found = new List<GenerationCheck?>();
        foreach (var some in systems.Chunk(batch))
        {
            found.AddRange(checks.Check(some, cancellation));
            progress?.Report((double)found.Count / systems.Count);
        }

        return found;
    }

    /// <summary>How many steps of a cycle are taken from its start on, by the features that fire on generated tokens.</summary>
    internal static int Steps(IReadOnlyList<IReadOnlySet<int>> fires, IReadOnlyList<int> cycle) =>
        Enumerable.Range(0, cycle.Count).TakeWhile(step => fires[step].Contains(cycle[(step + 1) % cycle.Count])).Count();

    /// <summary>The beginnings of documents, drawn with a fixed seed.</summary>
    /// <param name="heldOut">The documents.</param>
    /// <param name="context">Most tokens that the model reads.</param>
    internal static IReadOnlyList<int[]> PromptsOf(TokenStore heldOut, int context)
    {
        // The last token is read by itself.
        var length = Math.Min(PromptTokens, context - Generated);
        if (length < 2)
        {
            return [];
        }

        int[] documents = [.. Enumerable.Range(0, heldOut.DocumentCount).Where(document => heldOut.DocumentEnd(document) - heldOut.DocumentStart(document) >= length)];
        new CounterRandom(Seed, 0).Shuffle(documents.AsSpan());
        return [.. documents.Take(Prompts).Order().Select(document => heldOut.Read(heldOut.DocumentStart(document), length).ToArray())];
    }

    private IEnumerable<GenerationCheck> Check(FeatureSystem[] systems, CancellationToken cancellation)
    {
        IReadOnlyList<Pin>[] pins = [.. systems.Select(system => (IReadOnlyList<Pin>)[new Pin(system.Features[0], Largest(system.Features[0]))]), []];
        var samples = Sample(pins, cancellation);
        return systems.Select((system, number) =>
        {
            var (pinned, unpinned) = (Taken(samples, number, system), Taken(samples, systems.Length, system));
            double Share(List<int> steps) => steps.Average() / system.Features.Count;
            double Rounds(List<int> steps) => steps.Count(taken => taken == system.Features.Count) / (double)steps.Count;
            return new GenerationCheck(Share(pinned), Share(unpinned), Rounds(pinned), Rounds(unpinned), pinned.Count);
        });
    }

    private static List<int> Taken(List<HashSet<int>[][]> samples, int set, FeatureSystem system) =>
        [.. samples.SelectMany(fires => fires.Skip(set * SamplesOfPrompt).Take(SamplesOfPrompt)).Select(fires => Steps(fires, system.Features))];

    private float Largest(int feature)
    {
        var largest = 0f;
        foreach (var value in _units.Index.Values(feature))
        {
            largest = Math.Max(largest, (float)value);
        }

        return largest;
    }

    /// <summary>For every prompt, sample and generated token the features that fire there; the samples of each set of pins beside each other.</summary>
    private List<HashSet<int>[][]> Sample(IReadOnlyList<Pin>[] pins, CancellationToken cancellation)
    {
        var (sequences, vocabulary) = (pins.Length * SamplesOfPrompt, _units.Model.Config.VocabularySize);
        using var runner = new IncrementalRunner(_units.Model, _units.Site, sequences, _prompts[0].Length + Generated, _units.Dictionary.IsTranscoder ? _units.Dictionary.Site : null);
        using var logits = new FloatBuffer((long)sequences * vocabulary);
        var edit = new PinnedEdit(_units.Dictionary, [.. Enumerable.Range(0, sequences).Select(sequence => pins[sequence / SamplesOfPrompt])], keepError: true);
        var samples = new List<HashSet<int>[][]>();
        for (var prompt = 0; prompt < _prompts.Count; prompt++)
        {
            cancellation.ThrowIfCancellationRequested();
            HashSet<int>[][] fires = [.. Enumerable.Range(0, sequences).Select(static _ => new HashSet<int>[Generated])];
            runner.Start(_prompts[prompt].AsSpan()[..^1], null);
            runner.Append(Enumerable.Repeat(_prompts[prompt][^1], sequences).ToArray(), (input, x, first, count, rows) => edit.Apply(input, x, first, count, rows, 0));
            for (var position = 0; position < Generated; position++)
            {
                runner.Logits(logits.Pointer);
                // Nothing is pinned on generated tokens.
                runner.Append(Draw(logits, prompt, position, sequences), (input, _, _, count, rows) => Read(input, count * rows, fires, position));
            }

            samples.Add(fires);
        }

        return samples;
    }

    private int[] Draw(FloatBuffer logits, int prompt, int position, int sequences)
    {
        var (samplers, vocabulary, tokens) = (_samplers.Prepare(), _units.Model.Config.VocabularySize, new int[sequences]);
        WorkerPool.For(sequences, (sequence, thread) =>
        {
            var stream = (ulong)((prompt * SamplesOfPrompt) + (sequence % SamplesOfPrompt) + 1);
            tokens[sequence] = samplers[thread].Draw(logits.Span((long)sequence * vocabulary, vocabulary), new CounterRandom(Seed, stream).UniformDouble((ulong)position));
        });
        return tokens;
    }

    private void Read(float* x, int rows, HashSet<int>[][] fires, int position)
    {
        _units.Dictionary.Encode(x, rows, _f);
        for (var row = 0; row < rows; row++)
        {
            fires[row][position] = [.. _f.FeaturesOf(row).ToArray()];
        }
    }
}
