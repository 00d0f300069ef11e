using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Entities;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Analyses;

/// <summary>
/// Analyses that were computed over whole dictionaries. They belong to the publication, not to the name: a dictionary that is published again takes its old
/// analyses with it, so that what is shown always fits.
/// </summary>
internal sealed class AnalysisTable(FeatureDatabase database, AnalysisKind kind)
{
    /// <summary>What was found about all features; null where the analysis has not been made.</summary>
    public byte[]? FindWhole(DictionaryInfo dictionary, DictionaryInfo other) =>
        Find(dictionary, other, [AnalysisRow.Whole]).Select(static found => found.Data).FirstOrDefault();

    /// <summary>What was found about some features, by index; those about which nothing was found are missing.</summary>
    public IReadOnlyList<(int Index, byte[] Data)> Find(DictionaryInfo dictionary, DictionaryInfo other, IReadOnlyCollection<int> features)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(other);
        // A list: EF Core translates its Contains, not an array's.
        var wanted = features.ToList();
        using var db = database.NewContext();
        var rows = db.Analyses.AsNoTracking()
            .Where(a => a.DictionaryId == dictionary.Stamp && a.Kind == kind && wanted.Contains(a.Index) && a.OtherId == other.Stamp)
            .OrderBy(a => a.Index).Select(a => new { a.Index, a.Data }).ToList();
        return [.. rows.Select(static row => (row.Index, row.Data))];
    }

    /// <summary>Whether the analysis is complete.</summary>
    public bool Has(DictionaryInfo dictionary, DictionaryInfo other)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(other);
        using var db = database.NewContext();
        return db.Analyses.Any(a => a.DictionaryId == dictionary.Stamp && a.Kind == kind && a.Index == AnalysisRow.Whole && a.OtherId == other.Stamp);
    }

    /// <summary>The other dictionaries (<see cref="DictionaryInfo.Stamp"/>) with which a complete analysis exists.</summary>
    public IReadOnlyList<long> Others(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        using var db = database.NewContext();
        return [.. db.Analyses.AsNoTracking()
            .Where(a => a.DictionaryId == dictionary.Stamp && a.Kind == kind && a.Index == AnalysisRow.Whole && a.Other!.Status == DictionaryStatus.Ready)
            .Select(a => a.OtherId)];
    }

    /// <summary>Stores an analysis in one step, in the place of an older one.</summary>
    /// <param name="parts">For each direction: the dictionary, the other one, what was found about all features and about each.</param>
    public void Save(params IReadOnlyList<(DictionaryInfo Dictionary, DictionaryInfo Other, byte[] Whole, IEnumerable<(int Index, byte[] Data)> Features)> parts)
    {
        using var db = database.NewContext();
        db.Database.OpenConnection();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        using var transaction = connection.BeginTransaction();
        foreach (var (dictionary, other, whole, features) in parts)
        {
            using var delete = Command(connection, transaction, "DELETE FROM Analyses WHERE DictionaryId = @dictionary AND Kind = @kind AND OtherId = @other", dictionary, other);
            delete.ExecuteNonQuery();
            using var insert = Command(
                connection, transaction,
                """INSERT INTO Analyses (DictionaryId, Kind, "Index", OtherId, Data) VALUES (@dictionary, @kind, @index, @other, @data)""", dictionary, other);
            var index = insert.Parameters.Add("@index", SqliteType.Integer);
            var data = insert.Parameters.Add("@data", SqliteType.Blob);
            foreach (var (number, bytes) in features.Append((AnalysisRow.Whole, whole)))
            {
                (index.Value, data.Value) = (number, bytes);
                insert.ExecuteNonQuery();
            }
        }

        transaction.Commit();
    }

    private SqliteCommand Command(SqliteConnection connection, SqliteTransaction transaction, string sql, DictionaryInfo dictionary, DictionaryInfo other)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        command.Parameters.AddWithValue("@kind", kind.ToString());
        command.Parameters.AddWithValue("@other", other.Stamp);
        return command;
    }
}
