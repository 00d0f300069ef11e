using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Exploration;

/// <summary>
/// Opens what questions about features are answered from, the complete index and the held-out text: each corpus once. Imported dictionaries have no index; every
/// answer about them is null.
/// </summary>
public sealed class Explorations(DataFolder folder, ExplorerData data, SavedContexts saved) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Opened> _corpora = [];
    private readonly ContextAnswers _answers = new(name => saved.Find(name)?.Expression);

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
    public TokenSet Evaluate(Evidence evidence, string text, CancellationToken cancellation = default) => _answers.Evaluate(evidence, text, cancellation);

    /// <summary>Every feature that fires in a context; kept for the next page or order of the same.</summary>
    /// <exception cref="ContextExpressionException">The text is no context, or asks for what the corpus does not have.</exception>
    public IReadOnlyList<ContextRank> Rank(DictionaryInfo dictionary, Evidence evidence, string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return _answers.Rank($"{dictionary.Id} {dictionary.Stamp}", evidence, text, cancellation);
    }

    /// <summary>Texts of a dictionary's corpus for readers to try; none where the corpus is not here.</summary>
    public IReadOnlyList<ExampleText> Examples(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return Corpus(dictionary.Provenance.CorpusHash)?.Examples ?? [];
    }

    /// <summary>What reads a context on texts that are not in the corpus; null where the corpus is not here. For the caller to dispose of.</summary>
    public ContextReader? ContextReader(DictionaryInfo dictionary, ContextInfo context)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return Corpus(dictionary.Provenance.CorpusHash) is { } corpus ? new ContextReader(context, corpus.Tokens) : null;
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
        private readonly Lazy<IReadOnlyList<ExampleText>> _examples = new(() => ExampleTexts.Of(tokens));
        private CorpusCounts? _counts;

        public TokenizedCorpus Tokens { get; } = tokens;

        public IReadOnlyList<ExampleText> Examples => _examples.Value;

        public CorpusCounts Counts(long indexed) => _counts is { } counts && counts.Total == indexed
            ? counts
            : _counts = CorpusCounts.Of(Tokens.HeldOut, indexed, Tokens.Tokenizer.VocabularySize);
    }
}
