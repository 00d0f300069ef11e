using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>
/// Keeps the files of published dictionaries open between requests: one set per name. A dictionary that was trained again replaces
/// the files of the older one; those are closed when nobody reads them any more.
/// </summary>
public sealed class ExplorerData(DataFolder folder) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Stamp, OpenDictionary Files)> _open = [];

    /// <summary>The opened files of a dictionary; they belong to this object.</summary>
    /// <exception cref="InvalidDataException">The tokenizer is missing or damaged.</exception>
    public OpenDictionary Open(DictionaryInfo dictionary)
    {
        lock (_gate)
        {
            var found = _open.TryGetValue(dictionary.Id, out var kept);
            if (found && kept.Stamp == dictionary.Stamp && kept.Files.Complete)
            {
                return kept.Files;
            }

            var files = OpenDictionary.Open(folder, dictionary);
            _open[dictionary.Id] = (dictionary.Stamp, files);
            if (found)
            {
                // Closing waits until long questions about the older files are answered; pages do not.
                ThreadPool.UnsafeQueueUserWorkItem(static older => older.Dispose(), kept.Files, preferLocal: false);
            }

            return files;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var (_, files) in _open.Values)
            {
                files.Dispose();
            }

            _open.Clear();
        }
    }
}
