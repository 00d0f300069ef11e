using System.Globalization;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Systems;

/// <summary>Assembles graphs of feature splitting, once for page and API.</summary>
public sealed class SplittingViews(FeatureStore store, SplittingStore splitting, SplittingReader reader, FeatureNames names, ExplorerData data)
{
    /// <summary>The paper's threshold.</summary>
    public const float UsualThreshold = 0.4f;

    /// <summary>The graph around a feature of a model, or null where there is no such feature.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="feature">Such as "A/0/45".</param>
    /// <param name="threshold">Least masked cosine of an edge, as the address has it; null for the paper's.</param>
    public SplittingView? Find(string model, string? feature, string? threshold)
    {
        if (UnitId.Parse(feature) is not { } id || id.Model != model || store.FindDictionary(id.Model, id.Name) is not { AreNeurons: false } dictionary || id.Index >= dictionary.Features)
        {
            return null;
        }

        var least = string.IsNullOrEmpty(threshold) ? UsualThreshold : float.Parse(threshold, CultureInfo.InvariantCulture);
        var graph = reader.Of(dictionary, id.Index, least);
        return new SplittingView(graph, [.. graph.Nodes.GroupBy(static node => node.Dictionary.Stamp).SelectMany(Nodes)], least);
    }

    /// <summary>Why there is no graph around what an address names.</summary>
    public string Missing(string model, string feature) => UnitId.Parse(feature) is not { } id || store.FindDictionary(id.Model, id.Name) is not { } dictionary || id.Index >= dictionary.Features
        ? Absent.Unit(store, feature)
        : id.Model != model ? $"{id} is of model {id.Model}, and this page is about model {model}: see {Urls.Splitting(id.Model, id.ToString())}."
        : $"{id} is a neuron, and neurons do not split: name a feature of a dictionary. {Absent.Existing(store, model)}";

    /// <summary>The searches that the paper draws, for the smallest dictionary of a model that has been compared with a larger one: base64 and the word "the".</summary>
    public IReadOnlyList<(string Name, string Feature)> Presets(string model)
    {
        if (store.Dictionaries().FirstOrDefault(d => d.Model == model && splitting.Compared(d).Count > 0) is not { } smallest)
        {
            return [];
        }

        var presets = new List<(string, string)>();
        if (smallest.ContextSummaries.FirstOrDefault(static s => s.Context.Name.Contains("base64", StringComparison.OrdinalIgnoreCase) && s.Feature is not null)?.Feature is { } base64)
        {
            presets.Add(("base64", $"{smallest.Id}/{base64.Index}"));
        }

        if (The(smallest) is { } the)
        {
            presets.Add(("the", $"{smallest.Id}/{the}"));
        }

        return presets;
    }

    /// <summary>The feature that fires most, of those that fire most strongly on "the".</summary>
    private int? The(DictionaryInfo dictionary)
    {
        var text = data.Open(dictionary).Text;
        return store.Summaries(dictionary, Enumerable.Range(0, dictionary.Features)).Values
            .Where(feature => feature.TopTokens is [var first, ..] && text.Of(first).Trim().Equals("the", StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(static feature => feature.Density).Select(static feature => (int?)feature.Index).FirstOrDefault();
    }

    private IEnumerable<SplittingNodeView> Nodes(IEnumerable<SplittingNode> nodes)
    {
        var all = nodes.ToList();
        var dictionary = all[0].Dictionary;
        var summaries = store.Summaries(dictionary, all.Select(static node => node.Index));
        var named = names.Of(dictionary, [.. summaries.Values]);
        return all.Select(node => new SplittingNodeView(
            node, named[node.Index].Text, summaries[node.Index].BestContext is { } context ? dictionary.EntryTitleOf(context) : null, summaries[node.Index].Density));
    }
}
