using System.Diagnostics;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Index;

/// <summary>Speed of what follows a dictionary's training: index, contexts and reports, on made-up text and activations (the encoder costs nothing).</summary>
public static class IndexBenchmark
{
    private const int Vocabulary = 4096;

    /// <param name="Features">m.</param>
    /// <param name="Tokens">Held-out tokens indexed.</param>
    /// <param name="Activations">Nonzero activations.</param>
    /// <param name="Threads">Threads used.</param>
    /// <param name="Seconds">Time to write the index, the encoder's included.</param>
    /// <param name="TokensPerSecond">Tokens over that time.</param>
    /// <param name="BytesPerActivation">Size of the file over the number of activations.</param>
    /// <param name="Contexts">Number of contexts.</param>
    /// <param name="ContextSeconds">Time to write the contexts.</param>
    /// <param name="ReportSeconds">Time to make all reports.</param>
    /// <param name="FeaturesPerSecond">Reports over that time.</param>
    public sealed record Result(
        int Features,
        long Tokens,
        long Activations,
        int Threads,
        double Seconds,
        double TokensPerSecond,
        double BytesPerActivation,
        int Contexts,
        double ContextSeconds,
        double ReportSeconds,
        double FeaturesPerSecond);

    /// <summary>Runs all three steps once in a temporary folder.</summary>
    /// <param name="features">m.</param>
    /// <param name="tokens">Held-out tokens; at least 10,000.</param>
    /// <param name="activeFeatures">Active features per token, L0.</param>
    /// <param name="cancellation">Stops, and removes the folder.</param>
    public static Result Run(int features, long tokens, int activeFeatures = 15, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, activeFeatures);
        var folder = Directory.CreateTempSubdirectory("featureexplorer-bench-").FullName;
        try
        {
            var options = new CorpusOptions { VocabularySize = Vocabulary, HeldOutTokens = Math.Max(tokens, 10_000), LargestHeldOutShare = 0.5 };
            using var corpus = TokenizedCorpus.Build(
                new SyntheticCorpus(2 * options.HeldOutTokens), options, Path.Combine(folder, "corpus"), cancellation: cancellation);
            return Run(corpus, folder, features, tokens, activeFeatures, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Result Run(TokenizedCorpus corpus, string folder, int features, long tokens, int activeFeatures, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, "index.bin");
        var start = Stopwatch.GetTimestamp();
        var header = ActivationIndexBuilder.Build(
            path,
            corpus.HeldOut,
            tokens,
            new SyntheticEncoder(corpus.Tokenizer.VocabularySize, features, activeFeatures),
            new IndexHeader { Corpus = corpus.Hash, Tokenizer = corpus.Tokenizer.Hash, Model = "", Dictionary = "" },
            null,
            cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        start = Stopwatch.GetTimestamp();
        using var contexts = ContextSet.Build(corpus, header.Tokens, Path.Combine(folder, "contexts"), null, cancellation);
        var contextSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        using var index = ActivationIndex.Open(path);
        var reportSeconds = TimeReports(corpus, index, contexts, cancellation);
        return new Result(
            features,
            header.Tokens,
            header.Activations,
            WorkerPool.Threads,
            seconds,
            header.Tokens / seconds,
            (double)new FileInfo(path).Length / header.Activations,
            contexts.Contexts.Count,
            contextSeconds,
            reportSeconds,
            features / reportSeconds);
    }

    private static double TimeReports(TokenizedCorpus corpus, ActivationIndex index, ContextSet contexts, CancellationToken cancellation)
    {
        using var model = Transformer.Create(new TransformerConfig { VocabularySize = corpus.Tokenizer.VocabularySize }, 0);
        using var dictionary = new SparseAutoencoder(model.Config.DMlp, index.Features);
        var random = new CounterRandom(0);
        for (var i = 0; i < dictionary.WDec.Length; i++)
        {
            dictionary.WDec.Span(i, 1)[0] = random.Normal((ulong)i);
        }

        var start = Stopwatch.GetTimestamp();
        var reports = new FeatureAnalyzer(index, corpus.HeldOut, contexts, dictionary, model, corpus.UnigramCounts);
        foreach (var _ in reports.Analyze(null, cancellation))
        {
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
