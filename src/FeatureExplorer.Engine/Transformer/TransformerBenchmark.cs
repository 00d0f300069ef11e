using System.Diagnostics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer.Training;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>How fast full training steps run here: forward, backward, clipping and AdamW on synthetic tokens.</summary>
public static class TransformerBenchmark
{
    /// <param name="Vocabulary">Token ids.</param>
    /// <param name="BatchTokens">Tokens of a step.</param>
    /// <param name="Steps">Steps measured.</param>
    /// <param name="Threads">Threads of the worker pool.</param>
    /// <param name="StepMilliseconds">Median time of a step.</param>
    /// <param name="TokensPerSecond">From that median.</param>
    /// <param name="Loss">Of the last step.</param>
    public sealed record Result(int Vocabulary, long BatchTokens, int Steps, int Threads, double StepMilliseconds, double TokensPerSecond, double Loss);

    /// <summary>Five steps to warm up, in which the last of the code is compiled, then the median of <paramref name="steps"/>.</summary>
    public static Result Run(TransformerConfig config, int batchWindows = 32, int steps = 15, IComputeBackend? backend = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        const int WarmUp = 5;
        var random = new CounterRandom(1);
        var tokens = new int[((steps + WarmUp) * batchWindows * config.Context) + 1];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = (int)random.Bounded((ulong)i, (ulong)config.VocabularySize);
        }
        var options = new TransformerTrainingOptions { Tokens = tokens.Length - 1, BatchWindows = batchWindows, LearningRate = 1e-3f };
        using var model = TransformerModel.Create(config, seed: 0);
        using var trainer = new TransformerTrainer(model, options, new TokenSource(tokens.Length, (start, length) => tokens.AsSpan((int)start, length)), backend);
        var seconds = new List<double>();
        var loss = 0.0;
        for (var step = 0; step < steps + WarmUp; step++)
        {
            var start = Stopwatch.GetTimestamp();
            loss = trainer.TakeStep().Loss;
            if (step >= WarmUp)
            {
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
        seconds.Sort();
        var median = seconds[steps / 2];
        return new Result(config.VocabularySize, trainer.TokensPerStep, steps, WorkerPool.Threads, median * 1e3, trainer.TokensPerStep / median, loss);
    }
}
