using FeatureExplorer.Analysis.Steering;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Entities;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Relations;

/// <summary>How far steering with each feature of a published dictionary moves text into its context. Goes with the publication, as the ablations do.</summary>
public sealed class SteeringStore(FeatureDatabase database)
{
    // Every feature's page asks.
    private static readonly Func<FeatureDb, long, int, SteeringRow?> ByIndex = EF.CompileQuery(
        static (FeatureDb db, long dictionary, int index) => db.Steerings.AsNoTracking().FirstOrDefault(s => s.DictionaryId == dictionary && s.Index == index));

    /// <summary>What was measured of one feature, or null.</summary>
    public SteeringEffect? Find(DictionaryInfo dictionary, int index)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        using var db = database.NewContext();
        return ByIndex(db, dictionary.Stamp, index) is { } row ? Effect(row) : null;
    }

    /// <summary>What was measured of some features.</summary>
    public IReadOnlyDictionary<int, SteeringEffect> Of(DictionaryInfo dictionary, IEnumerable<int> indices)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        var wanted = indices.Distinct().ToList();
        using var db = database.NewContext();
        return db.Steerings.AsNoTracking().Where(s => s.DictionaryId == dictionary.Stamp && wanted.Contains(s.Index)).ToDictionary(static s => s.Index, Effect);
    }

    /// <summary>Whether a dictionary has been measured.</summary>
    public bool Has(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        using var db = database.NewContext();
        return db.Steerings.Any(s => s.DictionaryId == dictionary.Stamp);
    }

    /// <summary>Stores the effects of a dictionary in one step, in the place of older ones.</summary>
    public void Save(DictionaryInfo dictionary, IReadOnlyList<SteeringEffect> effects)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(effects);
        using var db = database.NewContext();
        db.Database.OpenConnection();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        using var transaction = connection.BeginTransaction();
        using var delete = connection.CreateCommand();
        delete.Transaction = transaction;
        delete.CommandText = "DELETE FROM Steerings WHERE DictionaryId = @dictionary";
        delete.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        delete.ExecuteNonQuery();
        using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = """
            INSERT INTO Steerings (DictionaryId, "Index", Context, Strength, Base, Steered, BaseLoss, SteeredLoss, Moved)
            VALUES (@dictionary, @index, @context, @strength, @base, @steered, @baseLoss, @loss, @moved)
            """;
        insert.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        var index = insert.Parameters.Add("@index", SqliteType.Integer);
        var context = insert.Parameters.Add("@context", SqliteType.Text);
        SqliteParameter[] figures = [.. new[] { "@strength", "@base", "@steered", "@baseLoss", "@loss", "@moved" }.Select(name => insert.Parameters.Add(name, SqliteType.Real))];
        foreach (var effect in effects)
        {
            (index.Value, context.Value) = (effect.Feature, effect.Context);
            double[] values = [effect.Strength, effect.Base, effect.Steered, effect.BaseLoss, effect.SteeredLoss, effect.Moved];
            for (var i = 0; i < values.Length; i++)
            {
                figures[i].Value = values[i];
            }

            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static SteeringEffect Effect(SteeringRow row) => new(row.Index, row.Context, row.Strength, row.Base, row.Steered, row.BaseLoss, row.SteeredLoss);
}
