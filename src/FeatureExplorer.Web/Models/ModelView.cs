using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Models;

/// <summary>A model with what pages and the API tell of it.</summary>
/// <param name="Info">What the database knows of it.</param>
/// <param name="Config">Its sizes and architecture; null where its files are not here.</param>
/// <param name="Parameters">How many; null where that is not known.</param>
/// <param name="Tokenizer">The kind of its tokenizer, "BPE"; null where its files do not say.</param>
/// <param name="Corpus">The text that its figures are of; null where it is not here.</param>
/// <param name="Dictionaries">By number of features and name, without its neurons.</param>
/// <param name="Neurons">Its neurons as features; null where they have not been measured.</param>
/// <param name="Sites">Which activations each dictionary reads, by its id.</param>
public sealed record ModelView(
    ModelInfo Info, TransformerConfig? Config, long? Parameters, string? Tokenizer, CorpusSummary? Corpus, IReadOnlyList<DictionaryInfo> Dictionaries, DictionaryInfo? Neurons, IReadOnlyDictionary<string, string> Sites)
{
    /// <summary>The dictionaries by the site that they read, in the order of the data's way through the model.</summary>
    public IReadOnlyList<(string Site, IReadOnlyList<DictionaryInfo> Dictionaries)> BySite =>
        [.. Dictionaries.Where(d => Sites.ContainsKey(d.Id)).GroupBy(d => Sites[d.Id]).OrderBy(static site => SiteOrder.Of(site.Key)).Select(static site => (site.Key, (IReadOnlyList<DictionaryInfo>)[.. site]))];
}
