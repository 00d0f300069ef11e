using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Relations;

/// <summary>What removing each feature of a published dictionary does to the model. Goes with the publication, as the relations do.</summary>
public sealed class AblationStore(FeatureDatabase database)
{
    /// <summary>The ablation of one feature, or null where none was measured.</summary>
    public AblationReport? Find(DictionaryInfo dictionary, int index)
    {
        using var db = database.NewContext();
        return PageQueries.Ablation(db, dictionary.Stamp, index) is { } packed ? PackedJson.Read(packed, StorageJson.Default.AblationReport) : null;
    }

    /// <summary>The mean effects of all features of a dictionary that were measured, in the order of the features.</summary>
    public IReadOnlyList<AblationEffect> Effects(DictionaryInfo dictionary)
    {
        using var db = database.NewContext();
        return [.. db.Ablations.AsNoTracking().Where(a => a.DictionaryId == dictionary.Stamp).OrderBy(a => a.Index)
            .Select(a => new AblationEffect(a.Index, a.Effect, a.Control))];
    }

    /// <summary>Whether a dictionary has been measured.</summary>
    public bool Has(DictionaryInfo dictionary)
    {
        using var db = database.NewContext();
        return db.Ablations.Any(a => a.DictionaryId == dictionary.Stamp);
    }

    /// <summary>Stores the ablations of a dictionary in one step, in the place of older ones.</summary>
    public void Save(DictionaryInfo dictionary, IReadOnlyList<AblationReport> reports)
    {
        using var db = database.NewContext();
        db.Database.OpenConnection();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var packed = new byte[reports.Count][];
        Parallel.For(0, reports.Count, i => packed[i] = PackedJson.Write(reports[i], StorageJson.Default.AblationReport));
        using var transaction = connection.BeginTransaction();
        using var delete = connection.CreateCommand();
        delete.Transaction = transaction;
        delete.CommandText = "DELETE FROM Ablations WHERE DictionaryId = @dictionary";
        delete.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        delete.ExecuteNonQuery();
        using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = """INSERT INTO Ablations (DictionaryId, "Index", Effect, Control, Report) VALUES (@dictionary, @index, @effect, @control, @report)""";
        insert.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        var index = insert.Parameters.Add("@index", SqliteType.Integer);
        var effect = insert.Parameters.Add("@effect", SqliteType.Real);
        var control = insert.Parameters.Add("@control", SqliteType.Real);
        var data = insert.Parameters.Add("@report", SqliteType.Blob);
        for (var i = 0; i < packed.Length; i++)
        {
            (index.Value, effect.Value, control.Value, data.Value) = (reports[i].Feature, reports[i].Effect, (object?)reports[i].Control ?? DBNull.Value, packed[i]);
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}
