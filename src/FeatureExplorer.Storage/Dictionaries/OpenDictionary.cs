using System.Collections.Concurrent;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Imports;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>The files behind a dictionary's pages, opened once: tokenizer, activation index, contexts. Safe for concurrent readers.</summary>
public sealed class OpenDictionary : IDisposable
{
    // Readers hold it while they read, so that closing waits for them.
    private readonly ReaderWriterLockSlim _open = new();
    private readonly ActivationIndex? _index;
    private readonly bool _missing;
    private readonly ContextSet? _contexts;
    private readonly ConcurrentDictionary<int, IReadOnlyList<MembershipAgreement>> _agreements = new();
    private DamagedFileException? _damage;
    private bool _closed;

    private OpenDictionary(TokenText text, ActivationIndex? index, ContextSet? contexts, string? problem, bool missing = false, DamagedFileException? damage = null)
    {
        Text = text;
        _index = index;
        _contexts = contexts;
        Problem = problem;
        (_missing, _damage) = (missing, damage);
    }

    /// <summary>False where files are missing that may yet come, or damaged and may yet be restored.</summary>
    internal bool Complete => !_missing && _damage is null;

    /// <summary>Why histograms cannot be coloured, or null when they can.</summary>
    public string? Problem { get; }

    /// <summary>Tokens as people can read them.</summary>
    public TokenText Text { get; }

    /// <summary>
    /// Opens the files of a dictionary. Without its index or contexts, pages do without colours and say why. Where one is damaged, whoever asks something of them is told so.
    /// </summary>
    /// <exception cref="InvalidDataException">The tokenizer is missing or of another kind.</exception>
    /// <exception cref="DamagedFileException">The tokenizer is damaged.</exception>
    internal static OpenDictionary Open(DataFolder folder, DictionaryInfo dictionary)
    {
        if (dictionary.Source is { } source)
        {
            var vocabulary = PublishedVocabulary.Load(Path.Combine(folder.Dictionary(dictionary), source.Vocabulary));
            return new OpenDictionary(new TokenText(vocabulary), null, null, $"It shows {source.Histograms}: all that was published. Without an index there are no colours.");
        }

        var text = new TokenText(TokenizerFiles.Load(folder.Tokenizer(dictionary)));
        ActivationIndex? index = null;
        try
        {
            index = ActivationIndex.Open(folder.Index(dictionary));
            FileOrigins.Demand(folder, dictionary, index);
            var contexts = ContextSet.Open(folder.Contexts(dictionary));
            return new OpenDictionary(text, index, contexts, null);
        }
        catch (DamagedFileException damage) when (damage.FilePath == Path.GetFullPath(folder.Tokenizer(dictionary)))
        {
            // Another tokenizer's: no token could be shown.
            index?.Dispose();
            throw;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            index?.Dispose();
            return new OpenDictionary(text, null, null, $"No colours: {e.Message}", missing: true, e as DamagedFileException);
        }
    }

    /// <summary>
    /// A feature's activations by level and by log-likelihood ratio of a context, counted now over all of them;
    /// null where the files do not hold them.
    /// </summary>
    public ContextHistogram? Histogram(int feature, string context, IReadOnlyList<float> edges) => Ask((index, contexts) =>
        edges.Count >= 2 && contexts.IndexOf(context) is >= 0 and var number && feature < index.Features
            ? ContextHistograms.Of(index, contexts, feature, number, edges)
            : null);

    /// <summary>How well a unit and a context agree; null where the files do not hold them. Counted when a unit is first asked for, then kept.</summary>
    public MembershipAgreement? Agreement(int feature, string context) => Ask((index, contexts) =>
        contexts.IndexOf(context) is >= 0 and var number && feature < index.Features
            ? _agreements.GetOrAdd(feature, static (unit, files) => MembershipAgreement.OfAll(files._index!, files._contexts!, unit), this)[number]
            : null);

    /// <summary>Asks something of the index and the contexts while they are held open; null where there are none.</summary>
    /// <exception cref="DamagedFileException">A file is damaged.</exception>
    public T? Ask<T>(Func<ActivationIndex, ContextSet, T?> question)
        where T : class
    {
        _open.EnterReadLock();
        try
        {
            return _damage is { } damage ? throw new DamagedFileException(damage.FilePath, damage.Why, damage)
                : _closed || _index is null || _contexts is null ? null
                : question(_index, _contexts);
        }
        catch (DamagedFileException damage)
        {
            // Opened again the next time: by then the file may have been restored.
            _damage = damage;
            throw;
        }
        finally
        {
            _open.ExitReadLock();
        }
    }

    public void Dispose()
    {
        _open.EnterWriteLock();
        _closed = true;
        _index?.Dispose();
        _contexts?.Dispose();
        _open.ExitWriteLock();
    }
}
