using System.Text.Json;
using FeatureExplorer.Analysis;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Corpora;

/// <summary>The corpora that have been added; their files lie in the data folder or where they were named.</summary>
public sealed class CorpusStore(FeatureDatabase database)
{
    /// <summary>All corpora, by name.</summary>
    public IReadOnlyList<CorpusInfo> All()
    {
        using var db = database.NewContext();
        return [.. db.Corpora.AsNoTracking().Select(c => c.Json).ToList().Select(Info).OrderBy(static c => c.Name, NaturalOrder.Names)];
    }

    /// <summary>The corpus of a name, or null.</summary>
    public CorpusInfo? Find(string name)
    {
        using var db = database.NewContext();
        var json = db.Corpora.AsNoTracking().Where(c => c.Name == name).Select(c => c.Json).FirstOrDefault();
        return json is null ? null : Info(json);
    }

    /// <summary>Adds a corpus.</summary>
    /// <returns>False when the name is taken.</returns>
    public bool TryAdd(CorpusInfo corpus)
    {
        using var db = database.NewContext();
        if (db.Corpora.Any(c => c.Name == corpus.Name))
        {
            return false;
        }

        db.Corpora.Add(new CorpusRow { Name = corpus.Name, Json = Json(corpus) });
        try
        {
            db.SaveChanges();
            return true;
        }
        catch (DbUpdateException)
        {
            // Somebody was faster: names are unique in the table.
            return false;
        }
    }

    /// <summary>Replaces what is known of a corpus; one that was deleted meanwhile stays deleted.</summary>
    /// <returns>False when it is no longer there.</returns>
    public bool Save(CorpusInfo corpus)
    {
        using var db = database.NewContext();
        var row = db.Corpora.FirstOrDefault(c => c.Name == corpus.Name);
        if (row is null)
        {
            return false;
        }

        row.Json = Json(corpus);
        db.SaveChanges();
        return true;
    }

    /// <summary>Forgets a corpus; its files are the caller's.</summary>
    public void Delete(string name)
    {
        using var db = database.NewContext();
        db.Corpora.Where(c => c.Name == name).ExecuteDelete();
    }

    private static string Json(CorpusInfo corpus) => JsonSerializer.Serialize(corpus, StorageJson.Default.CorpusInfo);

    private static CorpusInfo Info(string json) => JsonSerializer.Deserialize(json, StorageJson.Default.CorpusInfo)!;
}
