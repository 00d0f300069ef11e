using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Addresses;

namespace FeatureExplorer.Web.Texts;

/// <summary>Reads the texts of a page with the dictionaries that its reader chose.</summary>
public sealed class TextService(FeatureStore store, LiveModels models, FeatureNames names)
{
    /// <summary>Features of a text that are listed.</summary>
    public const int OfText = 25;

    /// <summary>Features in common that are listed.</summary>
    public const int OfCommon = 20;

    /// <summary>Other dictionaries of a dictionary's model, its neurons among them.</summary>
    public IReadOnlyList<DictionaryInfo> Others(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return [.. store.Dictionaries().Concat(store.Neurons()).Where(other => other.Model == dictionary.Model && other.Id != dictionary.Id && other.Source is null).OrderBy(static other => other.AreNeurons).ThenBy(static other => other.Name, NaturalOrder.Names)];
    }

    /// <summary>Checks what the address's own form does not: features and dictionaries that there are.</summary>
    /// <exception cref="AddressException">There is no such feature or dictionary.</exception>
    public void Check(DictionaryInfo dictionary, TextQuery query)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(query);
        if (query.Feature >= dictionary.Features)
        {
            throw new AddressException("feature", $"{query.Feature}", $"a feature of {dictionary.Id}, from 0 to {dictionary.Features - 1}");
        }

        var others = Others(dictionary);
        if (query.With.FirstOrDefault(name => others.All(other => other.Name != name)) is { } unknown)
        {
            throw new AddressException("with", unknown, others.Count == 0
                ? $"left out: model {dictionary.Model} has no dictionary beside {dictionary.Id}"
                : $"names of other dictionaries of model {dictionary.Model}, separated by commas: {string.Join(", ", others.Select(static other => other.Name).Order(NaturalOrder.Names))}");
        }
    }

    /// <summary>Reads the page's texts.</summary>
    /// <exception cref="InvalidDataException">A model or a dictionary cannot be loaded; the message says why.</exception>
    public TextAnswer Read(DictionaryInfo dictionary, TextQuery query, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(query);
        var beside = Others(dictionary).Where(other => query.With.Contains(other.Name));
        var main = models.Read(dictionary, query.Text, query.Feature, cancellation);
        var common = query.Searches ? Common(dictionary, query, main, cancellation) : null;
        return new TextAnswer(
            [Known(dictionary, main, query, common), .. beside.Select(other => Known(other, models.Read(other, query.Text, null, cancellation), query, null))], common);
    }

    private IReadOnlyList<FeatureCandidate> Common(DictionaryInfo dictionary, TextQuery query, TextReading main, CancellationToken cancellation)
    {
        IReadOnlyList<int> selected = [.. query.Selected.Where(token => token < main.Tokens.Count)];
        List<(TextReading, IReadOnlyList<int>)> texts = [(main, selected), .. query.Others.Select(text => (models.Read(dictionary, text, null, cancellation), (IReadOnlyList<int>)[]))];
        IReadOnlyList<TextReading> contrasts = query.Contrast is { } contrast ? [models.Read(dictionary, contrast, null, cancellation)] : [];
        var summaries = store.Summaries(dictionary, Active(main));
        return FeatureFinder.Find(texts, contrasts, feature => (float)(summaries.GetValueOrDefault(feature)?.Max ?? 0), OfCommon);
    }

    private DictionaryReading Known(DictionaryInfo dictionary, TextReading reading, TextQuery query, IReadOnlyList<FeatureCandidate>? common)
    {
        var summaries = store.Summaries(dictionary, Active(reading));
        IReadOnlyList<DictionaryReading.InText> strongest = [.. reading.Features.SelectMany(static (active, token) => active.Select(a => (a.Feature, a.Activation, token)))
            .GroupBy(static a => a.Feature)
            .Select(static g => g.MaxBy(static a => a.Activation) is var best ? new DictionaryReading.InText(g.Key, best.Activation, best.token, g.Count()) : null!)
            .OrderByDescending(static f => f.Activation).ThenBy(static f => f.Feature).Take(OfText)];
        var shown = strongest.Select(static f => f.Feature).Concat(common?.Select(static c => c.Feature) ?? [])
            .Concat(query.Token is { } token && token < reading.Features.Count ? reading.Features[token].Select(static a => a.Feature) : []);
        return new DictionaryReading(dictionary, reading, strongest, summaries, names.Of(dictionary, [.. shown.Distinct().Where(summaries.ContainsKey).Select(feature => summaries[feature])]));
    }

    private static IEnumerable<int> Active(TextReading reading) => reading.Features.SelectMany(static active => active).Select(static active => active.Feature).Distinct();
}
