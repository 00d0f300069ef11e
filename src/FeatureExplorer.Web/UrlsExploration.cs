using System.Globalization;
using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Analysis.Exploration;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web;

/// <summary>The addresses of contexts, of selected activations and of searches.</summary>
public static partial class Urls
{
    public const string ContextsPath = "/contexts";

    /// <summary>A context on held-out text; without one, all that have names.</summary>
    /// <param name="text">The context as it is written, or null.</param>
    /// <param name="dictionary">Whose corpus shows it; null for the first.</param>
    public static string Contexts(string? text = null, string? dictionary = null)
    {
        var url = new UrlBuilder(ContextsPath);
        url.Add("context", text);
        url.Add("in", dictionary);
        return url.ToString();
    }

    /// <summary>Where a saved context's removal is sent.</summary>
    public static string RemoveContext(string name) => $"{ContextsPath}/{Segment(name)}/remove";

    /// <summary>The features that fire in a context.</summary>
    public static string ContextFeatures(DictionaryDraft dictionary, string? text, ContextRankOrder order = ContextRankOrder.Pearson, int page = 1)
    {
        var url = new UrlBuilder(Dictionary(dictionary) + "/context");
        url.Add("context", text);
        url.Add("order", order == ContextRankOrder.Pearson ? null : Word(order));
        url.Add("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null);
        return url.ToString();
    }

    /// <summary>A feature's page with some of its activations selected.</summary>
    public static string Selected(DictionaryDraft dictionary, int index, HistogramView view, ActivationSelection selection) =>
        Selection(Feature(dictionary, index), view, selection) + "#histogram";

    /// <summary>The selected activations as JSON.</summary>
    public static string SelectedJson(DictionaryDraft dictionary, int index, ActivationSelection selection) =>
        Selection(Json(Feature(dictionary, index)) + "/examples", new HistogramView(null, false, false), selection);

    public const string SearchPath = "/search";

    /// <summary>What a search finds in all dictionaries.</summary>
    public static string Search(string? text)
    {
        var url = new UrlBuilder(SearchPath);
        url.Add("q", text);
        return url.ToString();
    }

    /// <summary>A text and all its active features.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="text">The text, or null for an empty form.</param>
    /// <param name="feature">The feature that colours it, or null.</param>
    public static string Text(DictionaryDraft dictionary, string? text, int? feature = null)
    {
        var url = new UrlBuilder(Dictionary(dictionary) + "/text");
        url.Add("q", text);
        url.Add("feature", feature?.ToString(CultureInfo.InvariantCulture));
        return url.ToString();
    }

    /// <summary>A number that an address holds, read back exactly.</summary>
    public static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Selection(string path, HistogramView view, ActivationSelection selection)
    {
        var url = new UrlBuilder(path);
        AddView(url, view);
        url.Add("from", selection.From > 0 ? Number(selection.From) : null);
        url.Add("to", float.IsFinite(selection.To) ? Number(selection.To) : null);
        url.Add("token", selection.Token?.ToString(CultureInfo.InvariantCulture));
        url.Add("order", Word(selection.Order));
        url.Add("seed", selection.Order == ActivationOrder.Random ? selection.Seed.ToString(CultureInfo.InvariantCulture) : null);
        url.Add("page", selection.Page > 1 ? selection.Page.ToString(CultureInfo.InvariantCulture) : null);
        return url.ToString();
    }
}
