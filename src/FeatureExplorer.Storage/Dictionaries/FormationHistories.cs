using FeatureExplorer.Analysis.Formation;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>
/// The histories of the dictionaries, as their files hold them now. Those read last are kept: every feature's page shows a few numbers of one, and reading and
/// checking the file of a large dictionary takes far longer than all the rest of a page. Safe for concurrent readers.
/// </summary>
public sealed class FormationHistories(DataFolder folder)
{
    /// <summary>Bytes of the files whose histories are kept together.</summary>
    private const long Most = 64L << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Kept> _kept = [];

    /// <summary>The history of a published dictionary, or null where none was kept or it cannot be read.</summary>
    /// <exception cref="DamagedFileException">The file is damaged.</exception>
    public FormationHistory? Find(DictionaryDraft dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        var file = new FileInfo(folder.Formation(dictionary.Model, dictionary.Folder ?? dictionary.Name));
        if (!file.Exists)
        {
            return null;
        }

        lock (_gate)
        {
            if (!_kept.TryGetValue(file.FullName, out var kept) || kept.Written != file.LastWriteTimeUtc || kept.Length != file.Length)
            {
                kept = new Kept(file.LastWriteTimeUtc, file.Length, Read(file.FullName));
                Keep(file.FullName, kept);
            }

            return kept.History?.Features == dictionary.Features ? kept.History : null;
        }
    }

    private void Keep(string path, Kept kept)
    {
        _kept.Remove(path);
        if (_kept.Values.Sum(static k => k.Length) + kept.Length > Most)
        {
            _kept.Clear();
        }

        _kept[path] = kept;
    }

    private static FormationHistory? Read(string path)
    {
        try
        {
            return FormationHistory.Open(path);
        }
        catch (Exception exception) when (exception is not DamagedFileException and (InvalidDataException or IOException))
        {
            return null;
        }
    }

    private sealed record Kept(DateTime Written, long Length, FormationHistory? History);
}
