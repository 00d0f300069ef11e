using System.Globalization;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Steering;
using FeatureExplorer.Web.Systems;

namespace FeatureExplorer.Web;

/// <summary>Where the data of charts lie: what plotly.js reads to draw them.</summary>
public static class ChartUrls
{
    public const string Root = "/charts";

    /// <summary>Dictionaries by L0 and loss recovered.</summary>
    public const string Pareto = Root + Urls.Pareto;

    /// <summary>A feature's histogram.</summary>
    public static string Histogram(DictionaryDraft dictionary, int index, HistogramView view, bool mass = false)
    {
        var url = new UrlBuilder(Urls.Histogram($"{Root}{Urls.Feature(dictionary, index)}/histogram", view));
        url.Add("bars", mass ? "mass" : null);
        return url.ToString();
    }

    /// <summary>How a feature formed.</summary>
    public static string Formation(DictionaryDraft dictionary, int index, FormationQuantity quantity) => $"{Root}{Urls.Feature(dictionary, index)}/formation?of={Urls.Word(quantity)}";

    /// <summary>Charts of runs.</summary>
    public const string Runs = Root + Urls.Runs;

    /// <summary>A run's figure.</summary>
    public static string Run(long id, string figure) => string.Create(CultureInfo.InvariantCulture, $"{Runs}/{id}/{figure}");

    /// <summary>A corpus's domains.</summary>
    public static string Corpus(string name) => Root + Urls.Corpus(name);

    /// <summary>A dictionary's density spectrum.</summary>
    public static string Spectrum(DictionaryDraft dictionary, string y = "bias") => Root + Urls.Spectrum(dictionary, y);

    /// <summary>The points of a map.</summary>
    public static string Map(DictionaryDraft dictionary, MapQuery query) => Root + Urls.Map(dictionary, query with { Page = 1, Zoom = ChartZoom.Whole });

    /// <summary>What steering with a feature does at every strength.</summary>
    public static string Steer(DictionaryDraft dictionary, int index, SteeringQuery query) => Root + Urls.Steer(dictionary, index, query with { Strength = new SteeringQuery().Strength, ByContext = false });

    /// <summary>Two units: their "activations" or their "weights".</summary>
    public static string Compare(string chart, string left, string right, string context, ulong seed = 0)
    {
        var compare = Urls.Compare(left, right, context, seed);
        return $"{Root}/compare/{chart}{compare[compare.IndexOf('?', StringComparison.Ordinal)..]}";
    }
}
