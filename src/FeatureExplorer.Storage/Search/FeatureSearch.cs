using System.Buffers.Binary;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Labels;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Storage.Search;

/// <summary>
/// Finds features by index, label, name, best context, promoted tokens and the text of their examples: the one search behind the search page, the lists of
/// features and the API.
/// </summary>
public sealed class FeatureSearch(FeatureDatabase database, FeatureStore store, ExplorerData data, LabelStore labels, ContextScores scores)
{
    /// <summary>Features shown of each dictionary.</summary>
    public const int Shown = 20;

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
        var (ranked, indices) = Ranked(dictionary, query);
        var shown = indices.Take(Shown).ToList();
        var summaries = store.Summaries(dictionary, shown);
        return new SearchResult(dictionary, indices.Count, ranked, [.. shown.Where(summaries.ContainsKey).Select(i => summaries[i])]);
    }

    /// <summary>The features or neurons that a text names by index: "1582" in every dictionary that has it, "A/neurons/83" in one.</summary>
    public IReadOnlyList<(DictionaryInfo Dictionary, int Index)> Named(SearchQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return query.Id is not { } id
            ? []
            : [.. store.Dictionaries().Concat(store.Neurons())
                .Where(d => (id.Dictionary is null || string.Equals(d.Id, id.Dictionary, StringComparison.OrdinalIgnoreCase)) && store.Summaries(d, [id.Index]).Count > 0)
                .Select(d => (d, id.Index))];
    }

    /// <summary>All features of a dictionary that match, the best first.</summary>
    /// <returns>Whether they were compared, which too many are not; and their indexes.</returns>
    internal (bool Ranked, List<int> Features) Ranked(DictionaryInfo dictionary, SearchQuery query)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(query);
        if (query.Kind == SearchKind.Context)
        {
            return (true, [.. scores.Of(dictionary, query.Text.Trim()).OrderByDescending(static s => s.Value).ThenBy(static s => s.Key).Select(static s => s.Key)]);
        }

        using var db = database.NewContext();
        db.Database.OpenConnection();
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        Prepare(connection, dictionary);
        return query.Kind == SearchKind.Raises
            ? (true, Raising(connection, dictionary, query.Text))
            : new FeatureRanking(dictionary, data.Open(dictionary).Text, labels.All(dictionary), query, connection).Best();
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

    private List<int> Raising(SqliteConnection connection, DictionaryInfo dictionary, string token)
    {
        var ids = TokensOf(dictionary, token);
        if (ids.Count == 0)
        {
            return [];
        }

        using var command = connection.CreateCommand();
        for (var i = 0; i < ids.Count; i++)
        {
            var bytes = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, ids[i]);
            command.Parameters.AddWithValue($"@t{i}", bytes);
        }

        var wanted = string.Join(", ", ids.Select(static (_, i) => $"@t{i}"));
        command.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        command.CommandText =
            $"SELECT p.Feature FROM {FeatureTextIndex.Promoted(dictionary.Stamp)} p JOIN Features f ON f.DictionaryId = @dictionary AND f.\"Index\" = p.Feature "
            + $"WHERE p.Token IN ({wanted}) GROUP BY p.Feature ORDER BY f.State <> 'Live', min(p.Place), p.Feature";
        return FeatureTextIndex.Read(command);
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
}
