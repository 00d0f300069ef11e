using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Labels;

/// <summary>The labels of features and their history. Who may write is for the caller to check.</summary>
public sealed class LabelStore(FeatureDatabase database, TimeProvider time)
{
    /// <summary>Versions of a label that a page shows.</summary>
    public const int HistoryShown = 50;

    /// <summary>The versions of a feature's label, newest first; the first holds.</summary>
    public IReadOnlyList<FeatureLabel> History(DictionaryInfo dictionary, int index)
    {
        using var db = database.NewContext();
        return [.. PageQueries.Labels(db, dictionary.Model, dictionary.Name, index).Select(row => Label(row, dictionary))];
    }

    /// <summary>The label of each of the features that have one.</summary>
    public IReadOnlyDictionary<int, FeatureLabel> Current(DictionaryInfo dictionary, IEnumerable<int> indexes)
    {
        var wanted = indexes.ToList();
        using var db = database.NewContext();
        return Newest(Of(db, dictionary).Where(l => wanted.Contains(l.Index)), dictionary);
    }

    /// <summary>All labels of a dictionary, by feature: for search and export.</summary>
    public IReadOnlyDictionary<int, FeatureLabel> All(DictionaryInfo dictionary)
    {
        using var db = database.NewContext();
        return Newest(Of(db, dictionary), dictionary);
    }

    /// <summary>Adds a version. An empty text takes the label back; what was written before stays in the history.</summary>
    /// <exception cref="ArgumentException">The text or the note is too long.</exception>
    public void Save(DictionaryInfo dictionary, int index, string text, string note, string author)
    {
        // Nothing that turns the direction of writing or controls a terminal: labels stand in lists, tables and files of others.
        text = string.Join(' ', DomainName.Clean(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        note = string.Join('\n', note.Trim().ReplaceLineEndings("\n").Split('\n').Select(DomainName.Clean));
        if (text.Length > FeatureLabel.LongestText || note.Length > FeatureLabel.LongestNote)
        {
            throw new ArgumentException(
                $"A label has at most {FeatureLabel.LongestText} characters and its note {FeatureLabel.LongestNote:N0}; these have {text.Length} and {note.Length:N0}.", nameof(text));
        }

        using var db = database.NewContext();
        db.Labels.Add(new LabelRow
        {
            Model = dictionary.Model,
            Dictionary = dictionary.Name,
            Index = index,
            Publication = dictionary.Stamp,
            Text = text,
            Note = note,
            Author = author,
            Created = time.GetUtcNow().UtcDateTime,
        });
        db.SaveChanges();
    }

    private static IQueryable<LabelRow> Of(FeatureDb db, DictionaryInfo dictionary) =>
        db.Labels.AsNoTracking().Where(l => l.Model == dictionary.Model && l.Dictionary == dictionary.Name);

    private static Dictionary<int, FeatureLabel> Newest(IQueryable<LabelRow> labels, DictionaryInfo dictionary)
    {
        var newest = new Dictionary<int, FeatureLabel>();
        foreach (var row in labels.OrderBy(l => l.Id))
        {
            newest[row.Index] = Label(row, dictionary);
        }

        return newest.Where(l => l.Value.Text.Length > 0).ToDictionary(l => l.Key, l => l.Value);
    }

    private static FeatureLabel Label(LabelRow row, DictionaryInfo dictionary) => new(
        row.Index, row.Text, row.Note, row.Author, DateTime.SpecifyKind(row.Created, DateTimeKind.Utc), row.Publication != dictionary.Stamp);
}
