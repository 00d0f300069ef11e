using System.Text.Json.Nodes;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Exports;

/// <summary>
/// A dictionary as rows of Neuronpedia's tables. Its importer takes the columns from the first line of a file alone, so that every row has all keys, in the same order; an index is a text.
/// </summary>
/// <param name="names">What it is called there.</param>
/// <param name="created">Time of all rows.</param>
internal sealed class NeuronpediaRows(NeuronpediaNames names, DateTime created)
{
    private const int Correlated = 3;

    // Their default.
    private const double SteerStrength = 10;

    private string Time => created.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    public JsonObject Release(DictionaryInfo dictionary) => new()
    {
        ["name"] = $"{names.Model}-{names.Set}",
        ["description"] = $"{dictionary.Id} of FeatureExplorer, {dictionary.Variant}",
        ["descriptionShort"] = dictionary.Id,
        ["creatorName"] = NeuronpediaNames.Creator,
        ["urls"] = new JsonArray(),
        ["defaultSourceSetName"] = names.Set,
        ["defaultSourceId"] = names.Source,
        ["visibility"] = "UNLISTED",
    };

    public JsonObject Model(ModelInfo? model, int layers) => new()
    {
        ["id"] = names.Model,
        ["instruct"] = false,
        ["creatorId"] = NeuronpediaNames.Creator,
        ["displayNameShort"] = model?.Name ?? names.Model,
        ["displayName"] = model?.Name ?? names.Model,
        ["tlensId"] = null,
        ["dimension"] = model?.DModel,
        ["visibility"] = "UNLISTED",
        ["layers"] = layers,
        ["neuronsPerLayer"] = model?.DMlp ?? 0,
        ["owner"] = NeuronpediaNames.Creator,
        ["website"] = null,
        ["createdAt"] = Time,
        ["updatedAt"] = Time,
    };

    public JsonObject SourceSet(DictionaryInfo dictionary) => new()
    {
        ["modelId"] = names.Model,
        ["name"] = names.Set,
        ["creatorId"] = NeuronpediaNames.Creator,
        ["description"] = dictionary.Id,
        ["type"] = dictionary.Variant,
        ["creatorName"] = NeuronpediaNames.Creator,
        ["urls"] = new JsonArray(),
        ["releaseName"] = $"{names.Model}-{names.Set}",
        ["defaultRange"] = 1,
        ["defaultShowBreaks"] = true,
        ["showDfa"] = false,
        ["showCorrelated"] = true,
        ["showHeadAttribution"] = false,
        ["showUmap"] = false,
        ["visibility"] = "UNLISTED",
    };

    public JsonObject Source(DictionaryInfo dictionary, string dataset) => new()
    {
        ["id"] = names.Source,
        ["modelId"] = names.Model,
        ["setName"] = names.Set,
        ["creatorId"] = NeuronpediaNames.Creator,
        ["hasDashboards"] = true,
        ["inferenceEnabled"] = false,
        ["saelensConfig"] = null,
        ["saelensRelease"] = null,
        ["saelensSaeId"] = null,
        ["hfRepoId"] = null,
        ["hfFolderId"] = null,
        ["visibility"] = "UNLISTED",
        ["hasUmap"] = false,
        ["hasUmapLogSparsity"] = false,
        ["hasUmapClusters"] = false,
        ["num_prompts"] = null,
        ["num_tokens_in_prompt"] = null,
        ["dataset"] = dataset,
        ["notes"] = $"Counted on {dictionary.Provenance.Counted}.",
    };

    /// <param name="view">The feature.</param>
    /// <param name="vector">Its decoder vector; null where the dictionary has no weights.</param>
    /// <param name="hook">TransformerLens' name of its site, or null.</param>
    public JsonObject Feature(FeatureView view, float[]? vector, string? hook)
    {
        var report = view.Report;
        var neurons = view.Related.FirstOrDefault(related => related.AreNeurons && related.Model == view.Dictionary.Model)?.Relations;
        var own = view.Related.FirstOrDefault(related => related.Id == view.Dictionary.Id)?.Relations;
        var row = new JsonObject
        {
            ["modelId"] = names.Model,
            ["layer"] = names.Source,
            ["index"] = Index(report),
            ["creatorId"] = NeuronpediaNames.Creator,
            ["sourceSetName"] = names.Set,
            ["maxActApprox"] = report.Max,
            ["frac_nonzero"] = report.Density,
            ["hasVector"] = vector is not null,
            ["vector"] = Numbers(vector ?? []),
            ["vectorLabel"] = null,
            ["vectorDefaultSteerStrength"] = SteerStrength,
            ["hookName"] = hook,
            ["topkCosSimIndices"] = Units(own?.ByDirection),
            ["topkCosSimValues"] = Values(own?.ByDirection, static match => match.Direction),
            ["neuron_alignment_indices"] = new JsonArray([.. report.Neurons.Take(Correlated).Select(static n => (JsonNode)n.Neuron)]),
            ["neuron_alignment_values"] = Numbers(report.Neurons.Take(Correlated).Select(static n => n.Weight)),
            ["neuron_alignment_l1"] = Numbers(report.Neurons.Take(Correlated).Select(static n => n.ShareOfL1)),
        };
        foreach (var (name, relations) in new[] { ("correlated_neurons", neurons), ("correlated_features", own) })
        {
            row[$"{name}_indices"] = Units(relations?.ByActivation);
            row[$"{name}_pearson"] = Values(relations?.ByActivation, static match => match.Pearson);
            row[$"{name}_l1"] = Values(relations?.ByActivation, static match => match.Cosine); // holds cosines there, too
        }

        foreach (var (name, weights) in new[] { ("neg", report.Logits.Bottom), ("pos", report.Logits.Top) })
        {
            row[$"{name}_str"] = new JsonArray([.. weights.Select(weight => (JsonNode)ExportedTokens.Of(view.Text, weight.Token))]);
            row[$"{name}_values"] = Numbers(weights.Select(static weight => weight.Weight));
        }

        foreach (var (name, histogram) in new[] { ("freq", report.Histogram), ("logits", report.Logits.Histogram) })
        {
            row[$"{name}_hist_data_bar_heights"] = new JsonArray([.. histogram.Counts.Select(static count => (JsonNode)count)]);
            row[$"{name}_hist_data_bar_values"] = Numbers(histogram.Counts.Select((_, bin) => (histogram.Edges[bin] + histogram.Edges[bin + 1]) / 2));
        }

        row["decoder_weights_dist"] = new JsonArray();
        return row;
    }

    /// <summary>The top examples as one bin, which has −1 for its lower end and share, then those of each interval.</summary>
    public IEnumerable<JsonObject> Activations(FeatureView view)
    {
        var number = 0;
        foreach (var (example, low, high, share) in Binned(view.Report))
        {
            var values = example.Activations;
            yield return new JsonObject
            {
                ["id"] = FormattableString.Invariant($"{names.Model}-{names.Source}-{view.Report.Index}-{number++}"),
                ["modelId"] = names.Model,
                ["layer"] = names.Source,
                ["index"] = Index(view.Report),
                ["creatorId"] = NeuronpediaNames.Creator,
                ["dataSource"] = example.Domain,
                ["dataIndex"] = example.Document < 0 ? null : Text(example.Document),
                ["tokens"] = new JsonArray([.. ExportedTokens.Of(view.Text, example).Select(static token => (JsonNode)token)]),
                ["values"] = Numbers(values),
                ["maxValue"] = values.Max(),
                ["maxValueTokenIndex"] = IndexOfLargest(values),
                ["minValue"] = values.Min(),
                ["dfaValues"] = new JsonArray(),
                ["dfaMaxValue"] = null,
                ["dfaTargetIndex"] = null,
                ["lossValues"] = new JsonArray(),
                ["logitContributions"] = null,
                ["binMin"] = low,
                ["binMax"] = high,
                ["binContains"] = share,
                ["qualifyingTokenIndex"] = example.Centre,
                ["createdAt"] = Time,
            };
        }
    }

    public JsonObject Explanation(FeatureLabel label) => new()
    {
        ["id"] = FormattableString.Invariant($"{names.Model}-{names.Source}-{label.Index}"),
        ["modelId"] = names.Model,
        ["layer"] = names.Source,
        ["index"] = Text(label.Index),
        ["authorId"] = NeuronpediaNames.Creator,
        ["description"] = label.Text,
        ["embedding"] = null,
        ["typeName"] = null,
        ["explanationModelName"] = null,
        ["notes"] = label.Note,
        ["triggeredById"] = null,
    };

    /// <summary>The examples, with the bin of each: its ends, and the share of activations in it.</summary>
    internal static IEnumerable<(Example Example, float Low, float High, double Share)> Binned(FeatureReport report) =>
    [
        .. report.Top.Select(example => (example, -1f, report.Max, -1.0)),
        .. report.IntervalExamples.SelectMany(interval => interval.Examples.Select(example => (example, interval.Low, interval.High, (double)interval.Count / Math.Max(1, report.Activations)))),
    ];

    private static string Index(FeatureReport report) => Text(report.Index);

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static int IndexOfLargest(IReadOnlyList<float> values) => Enumerable.Range(0, values.Count).MaxBy(i => values[i]);

    private static JsonArray Numbers(IEnumerable<float> values) => new([.. values.Select(static value => (JsonNode)value)]);

    private static JsonArray Units(IReadOnlyList<UnitMatch>? matches) => new([.. (matches ?? []).Take(Correlated).Select(static match => (JsonNode)match.Unit)]);

    private static JsonArray Values(IReadOnlyList<UnitMatch>? matches, Func<UnitMatch, float> value) =>
        Numbers((matches ?? []).Take(Correlated).Select(match => float.IsFinite(value(match)) ? value(match) : 0));
}
