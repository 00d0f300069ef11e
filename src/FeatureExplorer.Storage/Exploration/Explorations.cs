using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Exploration;

/// <summary>
/// Answers questions about features from the complete index and the held-out text: opens each corpus once, keeps the contexts that readers
/// have written last and the rankings made from them. Imported dictionaries have no index; every answer about them is null.
/// </summary>
public sealed class Explorations(DataFolder folder, ExplorerData data, SavedContexts saved) : IDisposable
{
    private const long ContextBytes = 32L << 20;
    private const int RanksKept = 200_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Opened> _corpora = [];
    private readonly ContextCache _contexts = new(ContextBytes);
    private readonly LinkedList<(string Key, IReadOnlyList<ContextRank> Ranks)> _rankings = [];
    private readonly SharedWork<IReadOnlyList<ContextRank>> _ranking = new();

    /// <summary>Asks something of the evidence for a dictionary; null where there is none.</summary>
    /// <exception cref="DamagedFileException">A file that it needs is damaged.</exception>
    public T? Ask<T>(DictionaryInfo dictionary, Func<Evidence, T> question)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(question);
        try
        {
            return data.Open(dictionary).Ask((index, contexts) =>
                Corpus(dictionary.Provenance.CorpusHash) is { } corpus && corpus.Tokens.HeldOut.Count >= index.Tokens
                    ? question(new Evidence(index, contexts, corpus.Tokens, corpus.Counts(index.Tokens)))
                    : null!);
        }
        catch (DamagedFileException)
        {
            // Opened again the next time: by then the file may have been restored. Those who read it now go on with what they have.
            Forget(dictionary.Provenance.CorpusHash);
            throw;
        }
    }

    /// <summary>The held-out tokens inside a context that a reader has written.</summary>
    /// <exception cref="ContextExpressionException">The text is no context, or asks for what the corpus does not have.</exception>
    public TokenSet Evaluate(Evidence evidence, string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return Evaluate(evidence, Expand(evidence, text), cancellation);
    }

    /// <summary>Every feature that fires in a context; kept for the next page or order of the same.</summary>
    /// <exception cref="ContextExpressionException">The text is no context, or asks for what the corpus does not have.</exception>
    public IReadOnlyList<ContextRank> Rank(DictionaryInfo dictionary, Evidence evidence, string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(evidence);
        var expression = Expand(evidence, text);
        var key = $"{dictionary.Id} {dictionary.Stamp} {expression}";
        return Ranking(key) ?? _ranking.Get(
            key, unwanted => Ranking(key) ?? Keep(key, ContextRanking.Of(evidence.Index, Evaluate(evidence, expression, unwanted), unwanted)), cancellation);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var corpus in _corpora.Values)
            {
                corpus.Tokens.Dispose();
            }

            _corpora.Clear();
        }
    }

    private ContextExpression Expand(Evidence evidence, string text) =>
        ContextExpression.Parse(text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text : LineEnds.Replace(text, LineEnds.Of(evidence.Corpus))).Expand(name => evidence.Contexts.IndexOf(name) >= 0, name => saved.Find(name)?.Expression);

    private TokenSet Evaluate(Evidence evidence, ContextExpression expression, CancellationToken cancellation) => _contexts.Get(
        $"{evidence.Contexts.Corpus} {evidence.Contexts.Tokens} {expression}",
        unwanted => new ContextEvaluator(evidence.Corpus.Tokenizer, evidence.Corpus.HeldOut, evidence.Contexts).Evaluate(expression, unwanted),
        cancellation);

    private IReadOnlyList<ContextRank>? Ranking(string key)
    {
        lock (_gate)
        {
            for (var node = _rankings.First; node is not null; node = node.Next)
            {
                if (node.Value.Key == key)
                {
                    _rankings.Remove(node);
                    _rankings.AddFirst(node);
                    return node.Value.Ranks;
                }
            }
        }

        return null;
    }

    private IReadOnlyList<ContextRank> Keep(string key, IReadOnlyList<ContextRank> ranks)
    {
        lock (_gate)
        {
            _rankings.AddFirst((key, ranks));
            while (_rankings.Count > 1 && _rankings.Sum(static r => r.Ranks.Count) > RanksKept)
            {
                _rankings.RemoveLast();
            }
        }

        return ranks;
    }

    private void Forget(string hash)
    {
        lock (_gate)
        {
            _corpora.Remove(hash);
        }
    }

    private Opened? Corpus(string hash)
    {
        lock (_gate)
        {
            if (_corpora.TryGetValue(hash, out var known))
            {
                return known;
            }

            try
            {
                return _corpora[hash] = new Opened(TokenizedCorpus.Open(folder.Corpus(hash)));
            }
            catch (Exception e) when (e is not DamagedFileException and (IOException or InvalidDataException or UnauthorizedAccessException))
            {
                return null;
            }
        }
    }

    private sealed class Opened(TokenizedCorpus tokens)
    {
        private CorpusCounts? _counts;

        public TokenizedCorpus Tokens { get; } = tokens;

        public CorpusCounts Counts(long indexed) => _counts is { } counts && counts.Total == indexed
            ? counts
            : _counts = CorpusCounts.Of(Tokens.HeldOut, indexed, Tokens.Tokenizer.VocabularySize);
    }
}
