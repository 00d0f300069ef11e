using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Features;

/// <summary>
/// The score of every feature in every context of its corpus: counted over all activations when a dictionary is first asked for, then kept. Without an index
/// the reports tell it, each of its feature's strongest contexts.
/// </summary>
public sealed class ContextScores(FeatureDatabase database, ExplorerData data)
{
    private const int Kept = 4;

    private readonly Lock _gate = new();
    private readonly LinkedList<(long Stamp, Lazy<ContextScoreTable> Table)> _tables = [];

    /// <summary>Features that correlate with an entry of contexts by at least <see cref="FeatureReport.BestContextPearson"/>: score by index.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="context">Name of a context; those of its entry count, too, each feature with its best.</param>
    public IReadOnlyDictionary<int, double> Of(DictionaryInfo dictionary, string context)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        var table = Table(dictionary);
        var found = new Dictionary<int, double>();
        foreach (var name in ContextTwins.Of(dictionary.Contexts, dictionary.EntryOf(context)))
        {
            foreach (var (feature, score) in (table[name] ?? []).Index())
            {
                if (score >= FeatureReport.BestContextPearson && !(found.GetValueOrDefault(feature) >= score))
                {
                    found[feature] = score;
                }
            }
        }

        return found;
    }

    private ContextScoreTable Table(DictionaryInfo dictionary)
    {
        Lazy<ContextScoreTable> table;
        lock (_gate)
        {
            var node = _tables.First;
            while (node is not null && node.Value.Stamp != dictionary.Stamp)
            {
                node = node.Next;
            }

            node ??= new LinkedListNode<(long, Lazy<ContextScoreTable>)>((dictionary.Stamp, new Lazy<ContextScoreTable>(() => Count(dictionary))));
            if (node.List is not null)
            {
                _tables.Remove(node);
            }

            _tables.AddFirst(node);
            if (_tables.Count > Kept)
            {
                _tables.RemoveLast();
            }

            table = node.Value.Table;
        }

        try
        {
            return table.Value;
        }
        catch
        {
            // Counted again the next time: by then a damaged file may have been restored.
            lock (_gate)
            {
                _tables.Remove((dictionary.Stamp, table));
            }

            throw;
        }
    }

    private ContextScoreTable Count(DictionaryInfo dictionary) =>
        data.Open(dictionary).Ask(static (index, contexts) => ContextScoreTable.Of(index, contexts)) ?? ContextScoreTable.Of(dictionary.Contexts, dictionary.Features, Reports(dictionary));

    private IEnumerable<FeatureReport> Reports(DictionaryInfo dictionary)
    {
        using var db = database.NewContext();
        foreach (var packed in db.FeatureDetails.AsNoTracking().Where(f => f.DictionaryId == dictionary.Stamp).Select(f => f.Report).AsEnumerable())
        {
            yield return FeatureReportFormat.Unpack(packed);
        }
    }
}
