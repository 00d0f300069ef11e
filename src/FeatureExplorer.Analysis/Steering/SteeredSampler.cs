using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Generation;

namespace FeatureExplorer.Analysis.Steering;

/// <summary>Samples from a model while features of a dictionary are pinned (Bricken et al. 2023, pinned sampling). One caller at a time.</summary>
/// <param name="model">The model.</param>
/// <param name="dictionary">A dictionary on one of its sites. Neither is owned.</param>
/// <param name="endOfText">The token that ends a sample; null for a model that has none.</param>
public sealed unsafe class SteeredSampler(TransformerModel model, SparseAutoencoder dictionary, int? endOfText = ByteLevelTokenizer.EndOfText)
{
    /// <summary>Called after every token with what there is of each sample, by set of pins; the lists grow from call to call.</summary>
    public delegate void Progress(IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> samples);

    /// <summary>Draws samples with several sets of pins at once.</summary>
    /// <param name="prompt">The tokens to go on from, the end-of-text mark at the document's start included.</param>
    /// <param name="pins">Sets of pins; an empty one samples from the model as it is.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Hears of every token.</param>
    /// <param name="cancellation">Ends the work between two tokens.</param>
    /// <returns>By set of pins and sample, the generated tokens without the end-of-text mark that ended them.</returns>
    /// <exception cref="ArgumentException">Prompt and generated tokens together do not fit the model's context.</exception>
    public IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>> Sample(
        ReadOnlySpan<int> prompt, IReadOnlyList<IReadOnlyList<Pin>> pins, SteeringOptions options, Progress? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pins);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Samples, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Tokens, 1, nameof(options));
        var (sequences, capacity) = (pins.Count * options.Samples, prompt.Length + options.Tokens - 1);
        if (prompt.Length == 0 || capacity + 1 > model.Config.Context)
        {
            throw new ArgumentException($"{prompt.Length} tokens of prompt and {options.Tokens} more do not fit the model's context of {model.Config.Context}.", nameof(prompt));
        }

        using var runner = new IncrementalRunner(model, dictionary.OutputSite ?? Site.Default(model.Config), sequences, capacity, dictionary.IsTranscoder ? dictionary.Site : null);
        using var logits = new FloatBuffer((long)sequences * model.Config.VocabularySize);
        var edit = new PinnedEdit(dictionary, [.. Enumerable.Range(0, sequences).Select(sequence => pins[sequence / options.Samples])], options.KeepError);
        var draw = new Draw(model, options, logits, endOfText);
        IReadOnlyList<List<int>[]> samples = [.. pins.Select(_ => Enumerable.Range(0, options.Samples).Select(static _ => new List<int>()).ToArray())];
        runner.Start(prompt, (input, x, first, count, length) => edit.Apply(input, x, first, count, length, options.Positions == SteeringPositions.Generated ? length - 1 : 0));
        for (var position = 0; ; position++)
        {
            cancellation.ThrowIfCancellationRequested();
            runner.Logits(logits.Pointer);
            draw.Next(position, samples);
            progress?.Invoke(samples);
            if (position == options.Tokens - 1 || draw.AllEnded)
            {
                return samples;
            }

            runner.Append(draw.Tokens, options.Positions == SteeringPositions.Prompt ? null : (input, x, first, count, length) => edit.Apply(input, x, first, count, length, 0));
        }
    }

    /// <summary>The next token of every sequence, and which sequences have ended.</summary>
    private sealed class Draw(TransformerModel model, SteeringOptions options, FloatBuffer logits, int? endOfText)
    {
        private readonly PerThread<TokenSampler> _samplers = new(() => new TokenSampler(options.Sampling, model.Config.VocabularySize));
        private bool[] _ended = [];

        public int[] Tokens { get; private set; } = [];

        public bool AllEnded => _ended.All(static ended => ended);

        public void Next(int position, IReadOnlyList<List<int>[]> samples)
        {
            if (Tokens.Length == 0)
            {
                Tokens = new int[samples.Count * options.Samples];
                _ended = new bool[Tokens.Length];
            }

            var (samplers, vocabulary) = (_samplers.Prepare(), model.Config.VocabularySize);
            WorkerPool.For(Tokens.Length, (sequence, thread) =>
            {
                var uniform = new CounterRandom(options.Seed, (ulong)(sequence % options.Samples)).UniformDouble((ulong)position);
                Tokens[sequence] = samplers[thread].Draw(logits.Span((long)sequence * vocabulary, vocabulary), uniform);
            });
            for (var sequence = 0; sequence < Tokens.Length; sequence++)
            {
                _ended[sequence] |= Tokens[sequence] == endOfText;
                if (!_ended[sequence])
                {
                    samples[sequence / options.Samples][sequence % options.Samples].Add(Tokens[sequence]);
                }
            }
        }
    }
}
