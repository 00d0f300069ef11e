using System.Text.Json;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Entities;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Search;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>Puts models and dictionaries into the database. Pages see a dictionary when all of it is there, never a part.</summary>
public sealed class RunWriter(FeatureDatabase database)
{
    /// <summary>Features per transaction: the write lock is held for milliseconds, so that progress can be reported in between.</summary>
    private const int ChunkSize = 256;

    /// <summary>Adds a model, or replaces the record of an older one of the same name.</summary>
    public void SaveModel(ModelInfo model)
    {
        using var db = database.NewContext();
        Save(db, model);
        db.SaveChanges();
    }

    private static void Save(FeatureDb db, ModelInfo model)
    {
        var json = JsonSerializer.Serialize(model, StorageJson.Default.ModelInfo);
        var row = db.Models.FirstOrDefault(m => m.Name == model.Name);
        if (row is null)
        {
            db.Models.Add(new ModelRow { Name = model.Name, Json = json });
        }
        else
        {
            row.Json = json;
        }
    }

    /// <summary>
    /// Imports every feature of a dictionary, then publishes it in one step, in the place of an older one of the same name.
    /// The reports may be computed while they are read. After an error or a cancellation the older dictionary stays as it was.
    /// </summary>
    /// <param name="draft">What the run knows of it; its model must have been saved.</param>
    /// <param name="reports">One report per feature, in any order.</param>
    /// <param name="text">Text of a sequence of tokens, for searching.</param>
    /// <param name="best">
    /// The best feature of each context, asked for when all reports have been read. A report names only its strongest contexts; without
    /// this, the best among those is taken.
    /// </param>
    /// <param name="model">What is known of its model from now on, where this dictionary brings another one with it; it takes the place of the older record in the same step.</param>
    /// <param name="cancellationToken">Stops the import.</param>
    /// <returns>The dictionary as pages see it.</returns>
    /// <exception cref="InvalidDataException">There are fewer or more reports than features.</exception>
    public DictionaryInfo Publish(
        DictionaryDraft draft, IEnumerable<FeatureReport> reports, Func<IReadOnlyList<int>, string> text,
        Func<IReadOnlyList<ContextBest>>? best = null, ModelInfo? model = null, CancellationToken cancellationToken = default)
    {
        using var db = database.NewContext();
        db.Database.OpenConnection();
        var row = Begin(db, draft);
        try
        {
            var tally = Import((SqliteConnection)db.Database.GetDbConnection(), row.Id, reports, text, cancellationToken);
            if (tally.Features != draft.Features)
            {
                throw new InvalidDataException(
                    $"Dictionary {draft.Id} has {draft.Features} features, but {tally.Features} reports came: nothing was published.");
            }

            FeatureTextIndex.Build((SqliteConnection)db.Database.GetDbConnection(), row.Id);
            tally.Replace(best?.Invoke() ?? []);
            var info = new DictionaryInfo(draft, tally) { Stamp = row.Id };
            Finish(db, row, info, model);
            return info;
        }
        catch
        {
            Remove(db, row.Id);
            throw;
        }
    }

    /// <summary>Takes the features of a dictionary away whose training has not been finished; those of a finished one stay.</summary>
    public void RemoveForming(string model, string name)
    {
        using var db = database.NewContext();
        var rows = db.Dictionaries.Where(d => d.Model!.Name == model && d.Name == name && d.Status == DictionaryStatus.Ready).ToList();
        foreach (var row in rows.Where(r => JsonSerializer.Deserialize(r.Json, StorageJson.Default.DictionaryInfo)!.Forming is not null))
        {
            Remove(db, row.Id);
        }
    }

    /// <summary>Takes a model away of which no dictionary has been finished, with its neurons and half-trained dictionaries. Labels stay.</summary>
    /// <returns>False when a dictionary has been finished: nothing was changed.</returns>
    public bool RemoveUnfinished(string model)
    {
        using var db = database.NewContext();
        using var transaction = db.Database.BeginTransaction();
        var rows = db.Dictionaries.Where(d => d.Model!.Name == model).ToList();
        if (rows.Where(static r => r.Status == DictionaryStatus.Ready).Select(static r => JsonSerializer.Deserialize(r.Json, StorageJson.Default.DictionaryInfo)!)
            .Any(static d => d.Forming is null && !d.AreNeurons))
        {
            return false;
        }

        rows.ForEach(row => Remove(db, row.Id));
        db.Models.Where(m => m.Name == model).ExecuteDelete();
        transaction.Commit();
        return true;
    }

    private static DictionaryRow Begin(FeatureDb db, DictionaryDraft draft)
    {
        var model = db.Models.FirstOrDefault(m => m.Name == draft.Model)
            ?? throw new InvalidOperationException($"Model {draft.Model} is not in the database: save it before its dictionary {draft.Id}.");
        var row = new DictionaryRow { ModelId = model.Id, Name = draft.Name, Status = DictionaryStatus.Importing, Json = string.Empty };
        var abandoned = db.Dictionaries
            .Where(d => d.ModelId == model.Id && d.Name == draft.Name && d.Status == DictionaryStatus.Importing).Select(d => d.Id).ToList();
        abandoned.ForEach(id => Remove(db, id));
        db.Dictionaries.Add(row);
        db.SaveChanges();
        return row;
    }

    private static FeatureTally Import(
        SqliteConnection connection, long dictionary, IEnumerable<FeatureReport> reports, Func<IReadOnlyList<int>, string> text,
        CancellationToken cancellationToken)
    {
        var tally = new FeatureTally();
        using var import = new FeatureImport(connection, dictionary, text);
        foreach (var chunk in reports.Chunk(ChunkSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var packed = new byte[chunk.Length][];
            Parallel.For(0, chunk.Length, i => packed[i] = FeatureReportFormat.Pack(chunk[i]));
            using var transaction = connection.BeginTransaction();
            for (var i = 0; i < chunk.Length; i++)
            {
                tally.Add(chunk[i]);
                import.Add(chunk[i], packed[i], transaction);
            }

            transaction.Commit();
        }

        return tally;
    }

    private static void Finish(FeatureDb db, DictionaryRow row, DictionaryInfo info, ModelInfo? model)
    {
        using var transaction = db.Database.BeginTransaction();
        if (model is not null)
        {
            Save(db, model);
        }

        var older = db.Dictionaries
            .Where(d => d.ModelId == row.ModelId && d.Name == row.Name && d.Status == DictionaryStatus.Ready).Select(d => d.Id).ToList();
        older.ForEach(id => Remove(db, id));
        row.Status = DictionaryStatus.Ready;
        row.Json = JsonSerializer.Serialize(info, StorageJson.Default.DictionaryInfo);
        db.SaveChanges();
        transaction.Commit();
        db.Database.ExecuteSqlRaw("PRAGMA optimize");
        db.Database.ExecuteSqlRaw("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static void Remove(FeatureDb db, long dictionary)
    {
        db.Database.ExecuteSqlRaw(FeatureTextIndex.DropSql(dictionary));
        db.Dictionaries.Where(d => d.Id == dictionary).ExecuteDelete();
    }
}
