using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Endpoints.Answers;

namespace FeatureExplorer.Web.Exports.Tables;

/// <summary>A dictionary's statistics and activations as tables.</summary>
public static class ExportTables
{
    private const int StatisticsRows = 4096;

    /// <summary>One row a feature.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="features">Those to write, in their order.</param>
    /// <param name="names">Their names.</param>
    /// <param name="text">The tokens.</param>
    public static IEnumerable<TableBlock> Statistics(DictionaryInfo dictionary, IReadOnlyList<FeatureSummary> features, FeatureNames names, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(features);
        for (var first = 0; first == 0 || first < features.Count; first += StatisticsRows)
        {
            FeatureSummary[] rows = [.. features.Skip(first).Take(StatisticsRows)];
            yield return Statistics(dictionary, rows, names.Of(dictionary, rows), text);
        }
    }

    /// <summary>One row an activation: its feature, position among the held-out tokens, document, token, value.</summary>
    /// <param name="index">The complete index.</param>
    /// <param name="heldOut">The tokens that it covers.</param>
    /// <param name="features">Those to write, in their order.</param>
    /// <param name="cancellation">Ends it between features.</param>
    public static IEnumerable<TableBlock> Activations(ActivationIndex index, TokenStore heldOut, IEnumerable<int> features, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(features);
        var rows = new ActivationRows(heldOut);
        foreach (var feature in features)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = index.Count(feature);
            for (var first = 0; first < count;)
            {
                first += rows.Add(feature, index.Positions(feature), index.Values(feature), first);
                if (rows.IsFull)
                {
                    yield return rows.Take();
                }
            }
        }

        yield return rows.Take();
    }

    /// <summary>One row a token of the vocabulary: its id, and its text.</summary>
    public static IEnumerable<TableBlock> Tokens(TokenText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int[] ids = [.. Enumerable.Range(0, text.Count)];
        yield return new TableBlock(new TableColumn("token", ids), new TableColumn("text", Texts(ids, text.Original)), new TableColumn("text_json", Texts(ids, id => Csv.Exact(text.Original(id)))));
    }

    private static string[] Texts(int[] ids, Func<int, string> of) => Array.ConvertAll(ids, id => of(id));

    private static TableBlock Statistics(DictionaryInfo dictionary, FeatureSummary[] rows, IReadOnlyDictionary<int, Analysis.Verdicts.FeatureName> names, TokenText text) => new(
        new TableColumn("feature", Array.ConvertAll(rows, static row => row.Index)),
        new TableColumn("name", Array.ConvertAll(rows, row => names[row.Index].Text)),
        new TableColumn("name_source", Array.ConvertAll(rows, row => Urls.Word(names[row.Index].Source))),
        new TableColumn("state", Array.ConvertAll(rows, static row => Urls.Word(row.State))),
        new TableColumn("density", Array.ConvertAll(rows, static row => row.Density)),
        new TableColumn("activations", Array.ConvertAll(rows, row => (long)Math.Round(row.Density * dictionary.Provenance.Tokens))),
        new TableColumn("max", Array.ConvertAll(rows, static row => row.Max)),
        new TableColumn("mean", Array.ConvertAll(rows, static row => row.Mean)),
        new TableColumn("best_context", Array.ConvertAll(rows, static row => row.BestContext)),
        new TableColumn("best_context_correlation", Array.ConvertAll(rows, static row => row.BestScore ?? double.NaN)),
        new TableColumn("top_tokens", Array.ConvertAll(rows, row => Json(row.TopTokens, text))),
        new TableColumn("promoted_tokens", Array.ConvertAll(rows, row => Json(row.TopLogits, text))));

    private static string Json(IReadOnlyList<int> tokens, TokenText text) => $"[{string.Join(',', tokens.Select(token => Csv.Exact(text.Original(token))))}]";
}
