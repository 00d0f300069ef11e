using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>
/// The colours of the bins of log-likelihood ratio: blue below zero, orange to red above, darker with distance. The two sides differ in
/// hue for every common kind of colour blindness, and a line marks zero. On pages app.css gives the same classes their colours by theme.
/// </summary>
public static class Palette
{
    private static readonly string[] Diverging = ["#1d4a94", "#3b79bd", "#7fb0da", "#c3d8e6", "#f3d6b8", "#eda66b", "#d9622b", "#9c2a12"];

    private const string Plain = "#08697d";

    /// <summary>The first bin whose ratios are not negative.</summary>
    public static int FirstPositive => LlrBins.Of(0);

    /// <summary>Class of a layer; a histogram with one layer has no context to be coloured by.</summary>
    public static string Class(int layer, int layers) => layers == 1 ? "plain" : $"l{layer}";

    /// <summary>Colour of a layer where no stylesheet reaches it.</summary>
    public static string Colour(int layer, int layers) => layers == 1 ? Plain : Diverging[layer];

    /// <summary>The ratios that a bin holds: "below −8", "−8 to −4", "8 and above".</summary>
    public static string Range(int bin)
    {
        var edges = LlrBins.Edges;
        return bin == 0 ? $"below {Number(edges[0])}"
            : bin == edges.Count ? $"{Number(edges[^1])} and above"
            : $"{Number(edges[bin - 1])} to {Number(edges[bin])}";
    }

    private static string Number(float edge) => Show.Count((long)edge).Replace('-', '−');
}
