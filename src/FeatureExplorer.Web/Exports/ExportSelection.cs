using System.Globalization;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Exports;

/// <summary>Which features are written: some by number, or a list as pages show it.</summary>
public sealed class ExportSelection(FeatureCatalog catalog)
{
    /// <summary>The features that were asked for; null for all.</summary>
    /// <param name="dictionary">Their dictionary.</param>
    /// <param name="features">Indexes with commas between them, or null.</param>
    /// <param name="where">A list as addresses write it, such as "state=live&amp;sort=max&amp;order=desc", or null.</param>
    /// <param name="most">Features at most; null: as many as there are.</param>
    /// <exception cref="ArgumentException">One of them is none; the message names it.</exception>
    public IReadOnlyList<int>? Of(DictionaryInfo dictionary, string? features, string? where, int? most)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        if (!string.IsNullOrEmpty(features) && !string.IsNullOrEmpty(where))
        {
            throw new ArgumentException("Features are chosen by number or as a list: give --features or --where, not both.");
        }

        var chosen = !string.IsNullOrEmpty(features) ? Numbers(dictionary, features)
            : !string.IsNullOrEmpty(where) ? Listed(dictionary, where)
            : most is null ? null : catalog.Indexes(dictionary, new FeatureQuery());
        return chosen is null || most is null || chosen.Count <= most ? chosen : [.. chosen.Take(most.Value)];
    }

    private static int[] Numbers(DictionaryInfo dictionary, string features) =>
    [
        .. features.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(word =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < dictionary.Features
                ? index
                : throw new ArgumentException($"There is no feature {dictionary.Id}/{word}: they are numbered from 0 to {dictionary.Features - 1}.")).Distinct(),
    ];

    private IReadOnlyList<int> Listed(DictionaryInfo dictionary, string where)
    {
        var listing = FeatureListing.Read(where) is { Ranked: null } read
            ? read
            : throw new ArgumentException($"\"{where}\" describes no list of features. Write it as an address of the list does: q=river, state=live, context=dna, sort=max, order=desc, with & between them.");
        var found = catalog.Indexes(dictionary, listing.Query);
        return found.Count > 0 ? found : throw new ArgumentException($"No feature of {dictionary.Id} is in the list \"{where}\".");
    }
}
