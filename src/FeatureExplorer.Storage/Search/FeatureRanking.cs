using System.Runtime.InteropServices;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Analysis.Verdicts;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Labels;
using Microsoft.Data.Sqlite;

namespace FeatureExplorer.Storage.Search;

/// <summary>
/// The features of a dictionary that a text finds, the most relevant first: the index itself, then an exact label, a label, and of the others live features
/// before ultralow and dead ones, each by name, best context, token and the rest of the text.
/// </summary>
internal sealed class FeatureRanking(
    DictionaryInfo dictionary, TokenText text, IReadOnlyDictionary<int, FeatureLabel> labels, SearchQuery query, SqliteConnection connection)
{
    // Comparing more than this many features by how well they match would take longer than a reader waits.
    private const int MostCompared = 2000;

    private readonly IReadOnlyList<string> _terms = query.Terms;

    // From the best on.
    private enum Match
    {
        Index,
        ExactLabel,
        Label,
        Name,
        Context,
        Token,
        Text,
    }

    public (bool Ranked, List<int> Features) Best()
    {
        var contexts = Contexts();
        var inText = Containing();
        var found = inText.Concat(Labelled()).Concat(OfContexts(contexts)).Concat(Indexed()).ToHashSet();
        var place = new Dictionary<int, int>();
        foreach (var (at, feature) in inText.Index())
        {
            place.TryAdd(feature, at);
        }

        var compared = found.Count <= MostCompared;
        var rows = Rows(found);
        return (compared, [.. rows.Select(row => (Row: row, Match: compared ? Of(row, contexts) : Quick(row)))
            .OrderBy(static m => m.Match < Match.Name ? m.Match : Match.Name)
            .ThenBy(static m => m.Row.State)
            .ThenBy(static m => m.Match)
            .ThenByDescending(m => m.Match is Match.Name or Match.Context && compared ? m.Row.BestScore ?? 0 : 0)
            .ThenBy(m => compared ? place.GetValueOrDefault(m.Row.Index, int.MaxValue) : 0)
            .ThenBy(static m => m.Row.Index)
            .Select(static m => m.Row.Index)]);
    }

    private Match Of(FeatureSummary row, List<string> contexts)
    {
        var quick = Quick(row);
        return quick < Match.Name ? quick
            : HasAll(FeatureName.Of(null, FeatureNames.Facts(dictionary, row, text)).Text) ? Match.Name
            : row.BestContext is { } best && contexts.Contains(best) ? Match.Context
            : row.TopLogits.Concat(row.TopTokens).Any(token => text.Of(token).Trim().Equals(query.Text, StringComparison.OrdinalIgnoreCase)) ? Match.Token
            : Match.Text;
    }

    private Match Quick(FeatureSummary row) =>
        IsAsked(row.Index) ? Match.Index
        : !labels.TryGetValue(row.Index, out var label) ? Match.Text
        : label.Text.Equals(query.Text, StringComparison.OrdinalIgnoreCase) ? Match.ExactLabel
        : HasAll(label.Text) ? Match.Label
        : Match.Text;

    private bool HasAll(string words) => _terms.Count > 0 && _terms.All(term => words.Contains(term, StringComparison.OrdinalIgnoreCase));

    private bool IsAsked(int index) => query.Id is { } id && id.Index == index && (id.Dictionary is null || id.Dictionary.Equals(dictionary.Id, StringComparison.OrdinalIgnoreCase));

    private IEnumerable<int> Indexed() => query.Id is { } id && IsAsked(id.Index) ? [id.Index] : [];

    // Labels are few, so all are read.
    private IEnumerable<int> Labelled() => labels.Where(label => HasAll(label.Value.Text)).Select(static label => label.Key);

    /// <summary>Contexts whose name or title has all parts, each with its twins.</summary>
    private List<string> Contexts() => [.. dictionary.Contexts
        .Where(context => _terms.All(FeatureTextIndex.CanFind) && (HasAll(context.Title) || HasAll(context.Name))).Select(context => dictionary.EntryOf(context.Name)).Distinct()
        .SelectMany(entry => ContextTwins.Of(dictionary.Contexts, entry))];

    private List<int> OfContexts(List<string> contexts)
    {
        using var command = connection.CreateCommand();
        for (var i = 0; i < contexts.Count; i++)
        {
            command.Parameters.AddWithValue($"@c{i}", contexts[i]);
        }

        command.CommandText = $"SELECT \"Index\" FROM Features WHERE DictionaryId = @dictionary AND BestScore >= @least AND BestContext IN ({string.Join(", ", contexts.Select(static (_, i) => $"@c{i}"))})";
        command.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        command.Parameters.AddWithValue("@least", FeatureReport.BestContextPearson);
        return FeatureTextIndex.Read(command);
    }

    /// <summary>Features with all parts in their text; the best first where all parts stand in the full-text table.</summary>
    private List<int> Containing()
    {
        string[] lower = [.. _terms.Select(static t => t.ToLowerInvariant())];
        string[] indexed = [.. lower.Where(FeatureTextIndex.CanFind)];
        string[] others = [.. lower.Except(indexed)];
        if (lower.Length == 0)
        {
            return [];
        }

        var table = FeatureTextIndex.Text(dictionary.Stamp);
        using var command = connection.CreateCommand();
        command.Parameters.AddWithValue("@match", string.Join(" AND ", indexed.Select(FeatureTextIndex.Phrase)));
        if (others.Length == 0)
        {
            command.CommandText = $"SELECT count(*) FROM {table} WHERE {table} MATCH @match";
            var ranked = (long)command.ExecuteScalar()! <= MostCompared;
            command.CommandText = $"SELECT rowid FROM {table} WHERE {table} MATCH @match ORDER BY {(ranked ? "rank, rowid" : "rowid")}";
            return FeatureTextIndex.Read(command);
        }

        // Parts of one or two letters stand in no table: the features that the other parts leave, or all, are read.
        var within = string.Concat(others.Select(static (_, i) => $" AND instr(SearchText, @o{i}) > 0"));
        for (var i = 0; i < others.Length; i++)
        {
            command.Parameters.AddWithValue($"@o{i}", others[i]);
        }

        within += indexed.Length > 0 ? $" AND \"Index\" IN (SELECT rowid FROM {table} WHERE {table} MATCH @match)" : string.Empty;
        command.CommandText = $"SELECT \"Index\" FROM Features WHERE DictionaryId = @dictionary{within} ORDER BY \"Index\"";
        command.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        return FeatureTextIndex.Read(command);
    }

    /// <summary>What lists know of the features, without their pictures.</summary>
    private List<FeatureSummary> Rows(HashSet<int> features)
    {
        using var command = connection.CreateCommand();
        var few = features.Count <= MostCompared;
        // Numbers of the database itself, and no text of the reader.
        command.CommandText = $"SELECT \"Index\", State, BestContext, BestScore, TopTokens, TopLogits FROM Features WHERE DictionaryId = @dictionary{(few ? $" AND \"Index\" IN ({string.Join(',', features)})" : string.Empty)}";
        command.Parameters.AddWithValue("@dictionary", dictionary.Stamp);
        var rows = new List<FeatureSummary>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (features.Contains(reader.GetInt32(0)))
            {
                var isFound = !reader.IsDBNull(3) && reader.GetDouble(3) >= FeatureReport.BestContextPearson;
                rows.Add(new FeatureSummary(
                    reader.GetInt32(0), EnumWords.Parse<FeatureState>(reader.GetString(1)) ?? FeatureState.Live, 0, 0, 0, isFound ? reader.GetString(2) : null, isFound ? reader.GetDouble(3) : null,
                    Ids(reader, 4), Ids(reader, 5), []));
            }
        }

        return rows;
    }

    private static int[] Ids(SqliteDataReader reader, int column) => MemoryMarshal.Cast<byte, int>((byte[])reader.GetValue(column)).ToArray();
}
