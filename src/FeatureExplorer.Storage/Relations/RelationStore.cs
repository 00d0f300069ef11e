using System.Text.Json;
using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Entities;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Relations;

/// <summary>
/// The relations between units of published dictionaries. They belong to the publication, not to the name: a dictionary that is published
/// again takes its old relations with it, in both directions, so that what is shown always fits.
/// </summary>
public sealed class RelationStore(FeatureDatabase database)
{
    /// <summary>A unit's relations to every dictionary that it was compared with, by model and number of features, its own one among them.</summary>
    public IReadOnlyList<RelatedDictionary> Find(DictionaryInfo dictionary, int index)
    {
        using var db = database.NewContext();
        return [.. PageQueries.Relations(db, dictionary.Stamp, index).OrderBy(static r => r.Model, NaturalOrder.Names).ThenBy(static r => r.Name, NaturalOrder.Names).Select(r => new RelatedDictionary(r.Model, r.Name, RelationFormat.Unpack(index, r.Data)))];
    }

    /// <summary>How well a dictionary's units are found again in every dictionary that it was compared with, its own one among them.</summary>
    public IReadOnlyList<UniversalityOf> Universality(DictionaryInfo dictionary)
    {
        using var db = database.NewContext();
        var rows = db.RelationSummaries.AsNoTracking()
            .Where(r => r.LeftId == dictionary.Stamp && r.Right!.Status == DictionaryStatus.Ready)
            .Select(r => new { Model = r.Right!.Model!.Name, r.Right.Name, r.Json }).ToList();
        return [.. rows.OrderBy(static r => r.Model, NaturalOrder.Names).ThenBy(static r => r.Name, NaturalOrder.Names).Select(r => new UniversalityOf(r.Model, r.Name, JsonSerializer.Deserialize(r.Json, StorageJson.Default.Universality)!))];
    }

    /// <summary>The counterpart in another dictionary, by activation, of every unit that has one.</summary>
    public IReadOnlyDictionary<int, UnitMatch> Counterparts(DictionaryInfo left, DictionaryInfo right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        using var db = database.NewContext();
        db.Database.OpenConnection();
        // The best match is the first of the packed ones: the rest, most of the bytes, need not be read.
        using var command = Command(
            (SqliteConnection)db.Database.GetDbConnection(), null,
            $"""SELECT "Index", substr(Data, 1, {RelationFormat.BestLength}) FROM Relations WHERE LeftId = @left AND RightId = @right ORDER BY "Index" """, left, right);
        using var reader = command.ExecuteReader();
        var found = new Dictionary<int, UnitMatch>();
        while (reader.Read())
        {
            if (RelationFormat.Best((byte[])reader.GetValue(1)) is { } best)
            {
                found.Add(reader.GetInt32(0), best);
            }
        }

        return found;
    }

    /// <summary>Whether the relations of one dictionary's units to another's are complete.</summary>
    public bool Has(DictionaryInfo left, DictionaryInfo right)
    {
        using var db = database.NewContext();
        return db.RelationSummaries.Any(r => r.LeftId == left.Stamp && r.RightId == right.Stamp);
    }

    /// <summary>Stores the relations of every unit of one dictionary to another, in one step, in the place of older ones.</summary>
    public void Save(DictionaryInfo left, DictionaryInfo right, IReadOnlyList<UnitRelations> relations, Universality universality)
    {
        using var db = database.NewContext();
        db.Database.OpenConnection();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        var packed = relations.Select(RelationFormat.Pack).ToList();
        using var transaction = connection.BeginTransaction();
        Execute(connection, transaction, "DELETE FROM Relations WHERE LeftId = @left AND RightId = @right", left, right);
        Execute(connection, transaction, "DELETE FROM RelationSummaries WHERE LeftId = @left AND RightId = @right", left, right);
        using var insert = Command(
            connection, transaction, """INSERT INTO Relations (LeftId, "Index", RightId, Data) VALUES (@left, @index, @right, @data)""", left, right);
        var index = insert.Parameters.Add("@index", SqliteType.Integer);
        var data = insert.Parameters.Add("@data", SqliteType.Blob);
        for (var i = 0; i < packed.Count; i++)
        {
            (index.Value, data.Value) = (relations[i].Unit, packed[i]);
            insert.ExecuteNonQuery();
        }

        using var summary = Command(
            connection, transaction, "INSERT INTO RelationSummaries (LeftId, RightId, Json) VALUES (@left, @right, @json)", left, right);
        summary.Parameters.AddWithValue("@json", JsonSerializer.Serialize(universality, StorageJson.Default.Universality));
        summary.ExecuteNonQuery();
        transaction.Commit();
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction transaction, string sql, DictionaryInfo left, DictionaryInfo right)
    {
        using var command = Command(connection, transaction, sql, left, right);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction? transaction, string sql, DictionaryInfo left, DictionaryInfo right)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.Parameters.AddWithValue("@left", left.Stamp);
        command.Parameters.AddWithValue("@right", right.Stamp);
        return command;
    }
}
