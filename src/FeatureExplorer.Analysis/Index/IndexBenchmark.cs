using System.Diagnostics;
using System.Numerics.Tensors;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Index;

/// <summary>
/// Speed of what follows a dictionary's training: index, contexts and reports. The text is made up and the weights are random, the work is
/// real: every token goes through the transformer and the dictionary.
/// </summary>
public static unsafe class IndexBenchmark
{
    private const int Vocabulary = 4096;

    /// <param name="Features">m.</param>
    /// <param name="Tokens">Held-out tokens indexed.</param>
    /// <param name="Activations">Nonzero activations.</param>
    /// <param name="Threads">Threads used.</param>
    /// <param name="Seconds">Time for index, contexts and reports together.</param>
    /// <param name="TokensPerSecond">Tokens over that time.</param>
    /// <param name="BytesPerActivation">Size of the index over the number of activations.</param>
    /// <param name="IndexSeconds">Time to write the index: the model, the dictionary, and sorting by feature.</param>
    /// <param name="Contexts">Number of contexts.</param>
    /// <param name="ContextSeconds">Time to write the contexts.</param>
    /// <param name="ReportSeconds">Time to make all reports.</param>
    /// <param name="FeaturesPerSecond">Reports over that time.</param>
    /// <param name="PeakMemoryBytes">Most memory that the process has held.</param>
    public sealed record Result(
        int Features,
        long Tokens,
        long Activations,
        int Threads,
        double Seconds,
        double TokensPerSecond,
        double BytesPerActivation,
        double IndexSeconds,
        int Contexts,
        double ContextSeconds,
        double ReportSeconds,
        double FeaturesPerSecond,
        long PeakMemoryBytes);

    /// <summary>Runs all three steps once in a temporary folder.</summary>
    /// <param name="features">m.</param>
    /// <param name="tokens">Held-out tokens; at least 10,000.</param>
    /// <param name="activeFeatures">Active features per token, L0.</param>
    /// <param name="backend">Where the index is computed; null: the CPU engine.</param>
    /// <param name="cancellation">Stops, and removes the folder.</param>
    public static Result Run(int features, long tokens, int activeFeatures = 15, IComputeBackend? backend = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 2 * activeFeatures);
        var folder = Directory.CreateTempSubdirectory("featureexplorer-bench-").FullName;
        try
        {
            var options = new CorpusOptions { VocabularySize = Vocabulary, HeldOutTokens = Math.Max(tokens, 10_000), LargestHeldOutShare = 0.5 };
            using var corpus = TokenizedCorpus.Build(
                new SyntheticCorpus(2 * options.HeldOutTokens), options, Path.Combine(folder, "corpus"), cancellation: cancellation);
            using var model = TransformerModel.Create(new TransformerConfig { VocabularySize = corpus.Tokenizer.VocabularySize }, 0);
            using var dictionary = RandomDictionary(model, corpus, features, activeFeatures);
            return Run(corpus, model, dictionary, folder, tokens, backend, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Result Run(
        TokenizedCorpus corpus, TransformerModel model, SparseAutoencoder dictionary, string folder, long tokens, IComputeBackend? backend, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, "index.bin");
        var origin = new IndexHeader { Corpus = corpus.Hash, Tokenizer = corpus.Tokenizer.Hash, Model = model.Hash, Dictionary = dictionary.Hash };
        var start = Stopwatch.GetTimestamp();
        using var encoder = new ModelFeatureEncoder(model, dictionary, backend: backend);
        var header = ActivationIndexBuilder.Build(path, corpus.HeldOut, tokens, encoder, origin, null, cancellation);
        var indexed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var contexts = ContextSet.Build(corpus, header.Tokens, Path.Combine(folder, "contexts"), null, cancellation);
        var contextSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds - indexed;
        using var index = ActivationIndex.Open(path);
        var reports = new FeatureAnalyzer(index, corpus.HeldOut, contexts, dictionary, model, corpus.UnigramCounts);
        foreach (var _ in reports.Analyze(null, cancellation))
        {
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var reportSeconds = seconds - contextSeconds - indexed;
        using var process = Process.GetCurrentProcess();
        return new Result(
            dictionary.Features, header.Tokens, header.Activations, WorkerPool.Threads, seconds, header.Tokens / seconds,
            (double)new FileInfo(path).Length / header.Activations, indexed, contexts.Contexts.Count, contextSeconds, reportSeconds,
            dictionary.Features / reportSeconds, process.PeakWorkingSet64);
    }

    /// <summary>Random directions, centred on the mean activation, each firing as often as a benchmark's features do.</summary>
    private static SparseAutoencoder RandomDictionary(TransformerModel model, TokenizedCorpus corpus, int features, int activeFeatures)
    {
        const int Rows = DensityCalibration.Rows;
        var window = model.Config.Context;
        var n = model.Config.DMlp;
        using var x = new FloatBuffer((long)Rows * n);
        using (var runner = new TransformerRunner(model, Rows / window))
        {
            runner.Activations(corpus.HeldOut.Read(0, Rows), Rows / window, window, x.Pointer);
        }

        var dictionary = new SparseAutoencoder(n, features);
        var mean = dictionary.BDec.Span();
        for (var row = 0; row < Rows; row++)
        {
            TensorPrimitives.MultiplyAdd(x.Span((long)row * n, n), 1f / Rows, mean, mean);
        }

        for (var row = 0; row < Rows; row++)
        {
            TensorPrimitives.Subtract(x.Span((long)row * n, n), mean, x.Span((long)row * n, n));
        }

        var random = new CounterRandom(0);
        WorkerPool.For(features, (feature, _) =>
        {
            var direction = dictionary.DecoderRow(feature);
            for (var i = 0; i < n; i++)
            {
                direction[i] = random.Normal(((ulong)feature * (ulong)n) + (ulong)i);
            }

            TensorPrimitives.Divide(direction, TensorPrimitives.Norm<float>(direction), direction);
            direction.CopyTo(dictionary.EncoderRow(feature));
        });
        DensityCalibration.SetBiases(
            dictionary.WEnc.Pointer, n, features, x.Pointer, n, activeFeatures, random.Stream("densities"), dictionary.BEnc.Pointer);
        return dictionary;
    }
}
