using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Analysis.Steering;

/// <summary>
/// Steers with many features of a dictionary, one after the other and all at the same strength. Samples without steering are drawn once: every feature's context is
/// looked for in the same ones.
/// </summary>
/// <param name="runner">The model and the dictionary.</param>
/// <param name="corpus">The corpus whose contexts the tasks name. Neither is owned.</param>
public sealed class SteeringSurvey(TextRunner runner, TokenizedCorpus corpus) : IDisposable
{
    /// <summary>The strength that a survey has where none is named.</summary>
    public const double UsualStrength = 2;

    /// <summary>The paper's prompt.</summary>
    public const string UsualPrompt = "1,2,3,4,5,6,7,8,9,10";

    /// <summary>Smallest strength.</summary>
    public const double Weakest = -5;

    /// <summary>Largest strength.</summary>
    public const double Strongest = 20;

    private const int FeaturesAtATime = 32;

    private readonly Dictionary<string, ContextReader> _readers = [];

    /// <summary>Steers with every task's feature.</summary>
    /// <param name="tasks">The features.</param>
    /// <param name="prompt">What the model goes on with, the end-of-text mark included.</param>
    /// <param name="strength">Multiple of each feature's largest activation.</param>
    /// <param name="options">How samples are drawn.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>In the order of the tasks; a feature whose samples, or those without steering, ended at once is left out.</returns>
    public IReadOnlyList<SteeringEffect> Run(
        IReadOnlyList<SteeringTask> tasks, ReadOnlySpan<int> prompt, double strength, SteeringOptions options,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        var effects = new List<SteeringEffect>();
        var plain = Texts(prompt, runner.Sampler.Sample(prompt, [[]], options, null, cancellation)[0]);
        var (baseLoss, shares) = (Loss(plain, prompt.Length), new Dictionary<string, double>());
        var done = 0;
        foreach (var chunk in tasks.Chunk(FeaturesAtATime))
        {
            cancellation.ThrowIfCancellationRequested();
            var samples = runner.Sampler.Sample(prompt, [.. chunk.Select(task => (Pin[])[new Pin(task.Feature, (float)(strength * task.Max))])], options, null, cancellation);
            foreach (var (task, drawn) in chunk.Zip(samples))
            {
                var texts = Texts(prompt, drawn);
                if (!shares.TryGetValue(task.Context.Name, out var share))
                {
                    share = shares[task.Context.Name] = Share(task.Context, plain, prompt.Length);
                }

                var (steered, loss) = (Share(task.Context, texts, prompt.Length), Loss(texts, prompt.Length));
                if (double.IsFinite(share) && double.IsFinite(steered))
                {
                    effects.Add(new SteeringEffect(task.Feature, task.Context.Name, strength, share, steered, baseLoss, loss));
                }
            }

            progress?.Report((double)(done += chunk.Length) / tasks.Count);
        }

        return effects;
    }

    public void Dispose()
    {
        foreach (var reader in _readers.Values)
        {
            reader.Dispose();
        }
    }

    private static List<int[]> Texts(ReadOnlySpan<int> prompt, IReadOnlyList<IReadOnlyList<int>> samples)
    {
        var texts = new List<int[]>();
        foreach (var sample in samples)
        {
            texts.Add([.. prompt, .. sample]);
        }

        return texts;
    }

    /// <summary>Share of the generated tokens inside a context; NaN where there are none.</summary>
    private double Share(ContextInfo context, List<int[]> texts, int from)
    {
        if (!_readers.TryGetValue(context.Name, out var reader))
        {
            reader = _readers[context.Name] = new ContextReader(context, corpus);
        }

        return texts.SelectMany(text => reader.Read(text).Inside.Skip(from)).Select(static inside => inside ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average();
    }

    private double Loss(List<int[]> texts, int from) => texts.SelectMany(text => runner.Loss(text).Skip(from)).Select(static loss => (double)loss!.Value).DefaultIfEmpty(double.NaN).Average();
}
