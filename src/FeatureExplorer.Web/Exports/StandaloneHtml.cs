using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Components.Standalone;
using FeatureExplorer.Web.Features;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace FeatureExplorer.Web.Exports;

/// <summary>
/// Writes features as one HTML file that opens without a network: name, evidence, histogram, examples and logit weights of each, and a search. It loads nothing, and its content security policy lets
/// nothing be loaded and no other script run.
/// </summary>
public sealed class StandaloneHtml(IServiceProvider services, ILoggerFactory logs, FeatureReader reader, EvidenceReader evidence)
{
    /// <summary>Features of a page at most.</summary>
    public const int MostFeatures = 500;

    /// <summary>Bytes of a feature at most.</summary>
    public const int LargestFeature = 100_000;

    private const int MostExamples = 20;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Writes the page.</summary>
    /// <param name="stream">Receives it.</param>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="features">Those to show, in their order.</param>
    /// <param name="cancellation">Ends it between features.</param>
    public async Task Write(Stream stream, DictionaryInfo dictionary, IReadOnlyList<int> features, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(features);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        Begin(writer, dictionary);
        foreach (var feature in features)
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Find(dictionary, feature) is { } view)
            {
                await writer.WriteAsync(await Draw(view));
            }
        }

        await writer.WriteAsync($"<script>{StandaloneAssets.Script}</script>\n</body>\n</html>\n");
    }

    private static void Begin(StreamWriter writer, DictionaryInfo dictionary)
    {
        var about = $"{dictionary.Variant}, {Show.Count(dictionary.Features)} {(dictionary.AreNeurons ? "neurons" : "features")}, L0 {Show.Significant(dictionary.Metrics.L0)}, explained variance {Show.Three(dictionary.Metrics.ExplainedVariance)}. "
            + $"Counted on {dictionary.Provenance.Counted} of corpus {dictionary.Provenance.CorpusHash}, by FeatureExplorer {dictionary.Provenance.Version}.";
        writer.Write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        writer.Write($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {Hash(StandaloneAssets.Style)}; script-src {Hash(StandaloneAssets.Script)}; base-uri 'none'; form-action 'none'\">\n");
        writer.Write("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        writer.Write($"<title>{Encoder.Encode(dictionary.Id)}: features</title>\n<style>{StandaloneAssets.Style}</style>\n</head>\n<body>\n");
        writer.Write($"<header><h1>{Encoder.Encode(dictionary.Id)}</h1><p class=\"figures\">{Encoder.Encode(about)}</p>");
        writer.Write("<input id=\"search\" type=\"search\" aria-label=\"Find features\" placeholder=\"name, token, text, index\" autocomplete=\"off\" hidden> <span id=\"found\" role=\"status\"></span></header>\n");
    }

    private static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    /// <summary>With fewer examples where it would be too large.</summary>
    private async Task<string> Draw(FeatureView view)
    {
        var judged = view.Evidence(evidence);
        for (var examples = MostExamples; ; examples /= 2)
        {
            var markup = await Draw(view, judged, examples);
            if (examples == 0 || Encoding.UTF8.GetByteCount(markup) <= LargestFeature)
            {
                return markup;
            }
        }
    }

    private async Task<string> Draw(FeatureView view, EvidenceSummary judged, int examples)
    {
        await using var renderer = new HtmlRenderer(services, logs);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            [nameof(StandaloneFeature.View)] = view,
            [nameof(StandaloneFeature.Evidence)] = judged,
            [nameof(StandaloneFeature.Examples)] = examples,
        });
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<StandaloneFeature>(parameters)).ToHtmlString() + "\n");
    }
}
