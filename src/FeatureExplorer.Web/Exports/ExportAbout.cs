using System.Text.Json.Nodes;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Exports;

/// <summary>Where the numbers of an export come from, in a file beside them.</summary>
internal static class ExportAbout
{
    public static JsonObject Of(DictionaryInfo dictionary, string exporter) => new(Metadata(dictionary, exporter).Select(static entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));

    public static Dictionary<string, string> Metadata(DictionaryInfo dictionary, string exporter) => new()
    {
        ["dictionary"] = dictionary.Id,
        ["recipe"] = dictionary.Variant,
        ["corpus"] = dictionary.Provenance.CorpusHash,
        ["tokens"] = dictionary.Provenance.Counted,
        ["computed_by"] = $"FeatureExplorer {dictionary.Provenance.Version}",
        ["exported_by"] = exporter,
    };
}
