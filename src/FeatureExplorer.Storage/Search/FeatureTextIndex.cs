using System.Globalization;
using FeatureExplorer.Analysis.Statistics;
using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Storage.Search;

/// <summary>
/// Full-text tables of one dictionary, beside the model's own tables: FeatureWords{id} finds any three letters in a row in the text of its
/// features, in every script; PromotedToken{id} finds the features that promote a token. They are dropped with the dictionary.
/// </summary>
internal static class FeatureTextIndex
{
    /// <summary>Shortest text, in characters, that the table can look up.</summary>
    public const int ShortestText = 3;

    private const string TextName = "FeatureWords";

    // Earlier programs' table, whose column of contexts also holds contexts too weak to be a best one. It goes when the new one is built.
    private const string OldTextName = "FeatureText";

    private const int ChunkSize = 512;
    private const int PromotedTokens = 8;

    public static string Text(long dictionary) => Name(TextName, dictionary);

    public static string Promoted(long dictionary) => Name("PromotedToken", dictionary);

    public static bool Exists(SqliteConnection connection, long dictionary)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name IN (@text, @promoted)";
        command.Parameters.AddWithValue("@text", Text(dictionary));
        command.Parameters.AddWithValue("@promoted", Promoted(dictionary));
        return (long)command.ExecuteScalar()! == 2;
    }

    /// <summary>Fills the tables from the dictionary's features, in short transactions; they get their names when they are complete.</summary>
    public static void Build(SqliteConnection connection, long dictionary)
    {
        var (text, promoted) = (Text(dictionary), Promoted(dictionary));
        var half = text + "Half";
        Drop(connection, dictionary);
        Run(connection, $"CREATE VIRTUAL TABLE {half} USING fts5(context, text, content='', tokenize='trigram')");
        // Sorting more in memory makes the table several times as fast to build.
        Run(connection, $"INSERT INTO {half}({half}, rank) VALUES('hashsize', 33554432)");
        var last = (long)Scalar(connection, $"SELECT coalesce(max(\"Index\"), -1) FROM Features WHERE DictionaryId = {dictionary}");
        for (long first = 0; first <= last; first += ChunkSize)
        {
            Run(
                connection,
                $"INSERT INTO {half}(rowid, context, text) SELECT \"Index\", {BestContext}, SearchText FROM Features "
                + $"WHERE DictionaryId = {dictionary} AND \"Index\" BETWEEN {first} AND {first + ChunkSize - 1}");
        }

        Run(connection, $"CREATE TABLE {promoted} (Token BLOB NOT NULL, Place INTEGER NOT NULL, Feature INTEGER NOT NULL, PRIMARY KEY (Token, Place, Feature)) WITHOUT ROWID");
        var places = string.Join(", ", Enumerable.Range(0, PromotedTokens).Select(static place => $"({place})"));
        Run(
            connection,
            $"INSERT INTO {promoted} SELECT substr(TopLogits, 4 * p.column1 + 1, 4), p.column1, \"Index\" FROM Features JOIN (VALUES {places}) p "
            + $"WHERE DictionaryId = {dictionary} AND length(TopLogits) >= 4 * (p.column1 + 1)");
        Run(connection, $"ALTER TABLE {half} RENAME TO {text}");
    }

    public static void Drop(SqliteConnection connection, long dictionary) => Run(connection, DropSql(dictionary));

    /// <summary>What drops the tables, if they are there.</summary>
    public static string DropSql(long dictionary) =>
        $"DROP TABLE IF EXISTS {Name(OldTextName, dictionary)}; DROP TABLE IF EXISTS {Text(dictionary)}Half; DROP TABLE IF EXISTS {Text(dictionary)}; DROP TABLE IF EXISTS {Promoted(dictionary)};";

    /// <summary>A text as a full-text query for exactly it: what stands between double quotes is no syntax.</summary>
    public static string Phrase(string text) => "\"" + text.Replace("\0", string.Empty, StringComparison.Ordinal).Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>Whether a text is long enough to be looked up.</summary>
    public static bool CanFind(string text) => text.EnumerateRunes().Count() >= ShortestText && !text.Contains('\0', StringComparison.Ordinal);

    /// <summary>The whole numbers that a command selects.</summary>
    public static List<int> Read(SqliteCommand command)
    {
        var indices = new List<int>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            indices.Add(reader.GetInt32(0));
        }

        return indices;
    }

    private static string BestContext =>
        string.Create(CultureInfo.InvariantCulture, $"CASE WHEN BestScore >= {FeatureReport.BestContextPearson} THEN coalesce(BestContext, '') ELSE '' END");

    private static string Name(string table, long dictionary) => table + dictionary.ToString(CultureInfo.InvariantCulture);

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }
}
