using System.Buffers.Binary;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Labels;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Search;

/// <summary>Finds features by their labels, by the text of their examples, by the tokens they promote and by their best context.</summary>
public sealed class FeatureSearch(FeatureDatabase database, FeatureStore store, ExplorerData data, LabelStore labels)
{
    /// <summary>Features shown of each dictionary.</summary>
    public const int Shown = 20;

    // Comparing more than this many features by how well they match would take longer than a reader waits.
    private const int MostRanked = 2000;

    private readonly Lock _building = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long Stamp, Dictionary<string, List<int>> Tokens)> _tokens = [];

    /// <summary>What is found in each dictionary that has any; dictionaries in their usual order.</summary>
    public IReadOnlyList<SearchResult> Find(SearchQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return query.Text.Length == 0 ? [] : [.. store.Dictionaries().Select(d => Find(d, query)).Where(static r => r.Total > 0)];
    }

    /// <summary>What is found in one dictionary.</summary>
    public SearchResult Find(DictionaryInfo dictionary, SearchQuery query)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(query);
        using var db = database.NewContext();
        db.Database.OpenConnection();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        Prepare(connection, dictionary);
        var (total, ranked, indices) = query.Kind switch
        {
            SearchKind.Raises => Raising(connection, dictionary, query.Text),
            SearchKind.Context => OfContext(connection, dictionary, query.Text.Trim()),
            _ => Containing(connection, dictionary, query.Terms, Labelled(dictionary, query.Terms)),
        };
        var summaries = store.Summaries(dictionary, indices);
        return new SearchResult(dictionary, total, ranked, [.. indices.Where(summaries.ContainsKey).Select(i => summaries[i])]);
    }

    /// <summary>Dictionaries that were published before there was a search get their tables when they are first searched.</summary>
    private void Prepare(SqliteConnection connection, DictionaryInfo dictionary)
    {
        if (FeatureTextIndex.Exists(connection, dictionary.Stamp))
        {
            return;
        }

        lock (_building)
        {
            if (!FeatureTextIndex.Exists(connection, dictionary.Stamp))
            {
                FeatureTextIndex.Build(connection, dictionary.Stamp);
            }
        }
    }

    private (int, bool, List<int>) Raising(SqliteConnection connection, DictionaryInfo dictionary, string token)
    {
        var ids = TokensOf(dictionary, token);
        if (ids.Count == 0)
        {
            return (0, true, []);
        }

        using var command = connection.CreateCommand();
        for (var i = 0; i < ids.Count; i++)
        {
            var bytes = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, ids[i]);
            command.Parameters.AddWithValue($"@t{i}", bytes);
        }

        var wanted = string.Join(", ", ids.Select(static (_, i) => $"@t{i}"));
        command.CommandText = $"SELECT Feature FROM {FeatureTextIndex.Promoted(dictionary.Stamp)} WHERE Token IN ({wanted}) GROUP BY Feature ORDER BY min(Place), Feature";
        var features = Read(command);
        return (features.Count, true, features.Take(Shown).ToList());
    }

    /// <summary>Tokens that read like the text, with or without a space before it.</summary>
    private List<int> TokensOf(DictionaryInfo dictionary, string text)
    {
        lock (_gate)
        {
            if (!_tokens.TryGetValue(dictionary.Id, out var known) || known.Stamp != dictionary.Stamp)
            {
                known = _tokens[dictionary.Id] = (dictionary.Stamp, ByText(data.Open(dictionary).Text));
            }

            var bare = text.Trim().Trim('"');
            return [.. ((string[])[text, bare, " " + bare]).Distinct().SelectMany(t => known.Tokens.GetValueOrDefault(t, []))];
        }
    }

    private static Dictionary<string, List<int>> ByText(TokenText text)
    {
        var tokens = new Dictionary<string, List<int>>();
        for (var id = 0; id < text.Count; id++)
        {
            var shown = text.Of(id);
            tokens[shown] = [.. tokens.GetValueOrDefault(shown, []), id];
        }

        return tokens;
    }

    private static (int, bool, List<int>) OfContext(SqliteConnection connection, DictionaryInfo dictionary, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT \"Index\" FROM Features WHERE DictionaryId = @dictionary AND BestContext = @name AND BestScore >= @least ORDER BY BestScore DESC, \"Index\"";
        command.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        command.Parameters.AddWithValue("@name", name);
        command.Parameters.AddWithValue("@least", FeatureReport.BestContextPearson);
        var features = Read(command);
        return (features.Count, true, features.Take(Shown).ToList());
    }

    /// <summary>Features whose label has all parts; labels are few, so all are read.</summary>
    private List<int> Labelled(DictionaryInfo dictionary, IReadOnlyList<string> terms) => terms.Count == 0 ? [] :
        [.. labels.All(dictionary)
            .Where(label => terms.All(term => label.Value.Text.Contains(term, StringComparison.OrdinalIgnoreCase)))
            .Select(static label => label.Key).Order()];

    /// <summary>What somebody has labelled so comes first.</summary>
    private static List<int> First(List<int> labelled, IEnumerable<int> others) => [.. labelled.Concat(others.Except(labelled)).Take(Shown)];

    private static (int, bool, List<int>) Containing(SqliteConnection connection, DictionaryInfo dictionary, IReadOnlyList<string> terms, List<int> labelled)
    {
        string[] lower = [.. terms.Select(static t => t.ToLowerInvariant())];
        string[] indexed = [.. lower.Where(FeatureTextIndex.CanFind)];
        string[] others = [.. lower.Except(indexed)];
        if (lower.Length == 0)
        {
            return (0, true, []);
        }

        if (others.Length > 0)
        {
            return Scanned(connection, dictionary, indexed, others, labelled);
        }

        var table = FeatureTextIndex.Text(dictionary.Stamp);
        using var count = connection.CreateCommand();
        count.CommandText = $"SELECT count(*) FROM {table} WHERE {table} MATCH @match";
        count.Parameters.AddWithValue("@match", Match(indexed));
        var total = (int)(long)count.ExecuteScalar()!;
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT rowid FROM {table} WHERE {table} MATCH @match {(total <= MostRanked ? "ORDER BY rank, rowid" : "ORDER BY rowid")} LIMIT {Shown}";
        command.Parameters.AddWithValue("@match", Match(indexed));
        using var both = connection.CreateCommand();
        both.CommandText = $"SELECT count(*) FROM {table} WHERE {table} MATCH @match AND rowid IN ({string.Join(", ", labelled)})";
        both.Parameters.AddWithValue("@match", Match(indexed));
        return (total + labelled.Count - (int)(long)both.ExecuteScalar()!, total <= MostRanked, First(labelled, Read(command)));
    }

    /// <summary>Parts of one or two letters stand in no table: the features that the other parts leave, or all, are read.</summary>
    private static (int, bool, List<int>) Scanned(SqliteConnection connection, DictionaryInfo dictionary, string[] indexed, string[] others, List<int> labelled)
    {
        var table = FeatureTextIndex.Text(dictionary.Stamp);
        using var command = connection.CreateCommand();
        var within = string.Concat(others.Select(static (_, i) => $" AND instr(SearchText, @o{i}) > 0"));
        for (var i = 0; i < others.Length; i++)
        {
            command.Parameters.AddWithValue($"@o{i}", others[i]);
        }

        if (indexed.Length > 0)
        {
            within += $" AND \"Index\" IN (SELECT rowid FROM {table} WHERE {table} MATCH @match)";
            command.Parameters.AddWithValue("@match", Match(indexed));
        }

        command.CommandText = $"SELECT \"Index\" FROM Features WHERE DictionaryId = @dictionary{within} ORDER BY \"Index\"";
        command.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        var features = Read(command);
        return (features.Union(labelled).Count(), false, First(labelled, features));
    }

    private static string Match(string[] terms) => string.Join(" AND ", terms.Select(FeatureTextIndex.Phrase));

    private static List<int> Read(SqliteCommand command)
    {
        var indices = new List<int>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            indices.Add(reader.GetInt32(0));
        }

        return indices;
    }
}
