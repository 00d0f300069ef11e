using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Analysis;

/// <summary>
/// A small run with known activations: a few thousand tokens of three domains and one script, features of every density (two of them
/// dead, one that fires once, one whose activations are all equal, one on a script), with all reports.
/// </summary>
public sealed class SmallAnalysis : IDisposable
{
    public const int Features = 24;
    public const int Inputs = 19;
    public const int Dead = 1;
    public const int Single = 2;
    public const int Equal = 3;
    public const int Cyrillic = 4;
    public const int Repeated = 5;

    private static readonly string[] Pieces = ["the", " cat", " sat", "при", " да", "GA", "TTA", "x", "\n"];

    private readonly SmallCorpus _corpus;
    private readonly float[][] _dense;

    public SmallAnalysis()
    {
        var random = new Random(11);
        var tokenizer = SmallCorpus.WithTokens(Pieces);
        _corpus = new SmallCorpus(tokenizer, [.. Enumerable.Range(0, 40).Select(document => (
            document % 4 == 3 ? null : "abc"[document % 4].ToString(),
            document == 17
                ? [.. Enumerable.Repeat(SmallCorpus.Id(tokenizer, "x"u8), 300)]
                : SmallCorpus.Ids(tokenizer, [.. Enumerable.Range(0, random.Next(1, 150)).Select(_ => Pieces[((document % 4 * 2) + random.Next(4)) % Pieces.Length])])))]);
        _dense = [.. Enumerable.Range(0, (int)_corpus.HeldOut.Count).Select(position => Row(random, position))];
        using (var builder = new ContextSetBuilder(tokenizer, _corpus.HeldOut, _corpus.Unigrams, Tokens))
        {
            builder.Build("c", Path.Combine(_corpus.Folder, "contexts"), null, default);
        }

        Contexts = ContextSet.Open(Path.Combine(_corpus.Folder, "contexts"));
        Model = TransformerModel.Create(new TransformerConfig { DModel = 8, DMlp = Inputs, Heads = 2, Context = 16, VocabularySize = tokenizer.VocabularySize }, 5);
        Dictionary = new SparseAutoencoder(Inputs, Features);
        foreach (var buffer in (FloatBuffer[])[Dictionary.WEnc, Dictionary.BEnc, Dictionary.WDec, Dictionary.BDec])
        {
            foreach (ref var weight in buffer.Span())
            {
                weight = (float)(random.NextDouble() - 0.5);
            }
        }

        Index = BuildIndex();
        Analyzer = NewAnalyzer();
        Reports = [.. Analyzer.Analyze()];
    }

    public int Tokens => _dense.Length;

    public ActivationIndex Index { get; }

    public ContextSet Contexts { get; }

    public TransformerModel Model { get; }

    public SparseAutoencoder Dictionary { get; }

    public FeatureAnalyzer Analyzer { get; }

    public IReadOnlyList<FeatureReport> Reports { get; }

    internal SmallCorpus Corpus => _corpus;

    /// <summary>The activation as the index stores it.</summary>
    public float Stored(long position, int feature) => (float)(Half)_dense[position][feature];

    public FeatureAnalyzer NewAnalyzer() => new(Index, _corpus.HeldOut, Contexts, Dictionary, Model, _corpus.UnigramCounts);

    public void Dispose()
    {
        Index.Dispose();
        Contexts.Dispose();
        Model.Dispose();
        Dictionary.Dispose();
        _corpus.Dispose();
    }

    private ActivationIndex BuildIndex()
    {
        var path = Path.Combine(_corpus.Folder, "index.bin");
        var header = new IndexHeader { Corpus = "c", Tokenizer = _corpus.Tokenizer.Hash, Model = Model.Hash, Dictionary = Dictionary.Hash };
        ActivationIndexBuilder.Build(path, _corpus.HeldOut, long.MaxValue, new DenseEncoder(_dense, 16), header);
        return ActivationIndex.Open(path);
    }

    private float[] Row(Random random, int position)
    {
        var row = new float[Features];
        for (var feature = Repeated + 1; feature < Features; feature++)
        {
            row[feature] = random.NextDouble() < 0.6 / (feature - Repeated) ? (float)(-Math.Log(1 - random.NextDouble())) : 0;
        }

        var text = _corpus.Tokenizer.Bytes(_corpus.HeldOut.Read(position, 1)[0]);
        row[0] = 0.01f;
        row[Single] = position == 777 ? 2.5f : 0;
        row[Equal] = position % 9 == 0 ? 1.25f : 0;
        row[Cyrillic] = text.Length > 2 && text[^1] >= 0x80 && random.NextDouble() < 0.8 ? 1 + (float)random.NextDouble() : 0;
        row[Repeated] = text.SequenceEqual("x"u8) && _corpus.HeldOut.DocumentAt(position) == 17 ? 1 + (position % 5) : 0;
        return row;
    }
}
