using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Web.Features;
using Plotly.Blazor;
using Plotly.Blazor.LayoutLib.YAxisLib;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.BarLib;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>Domains of a corpus by their text, largest first.</summary>
public static class DomainChart
{
    /// <summary>Bars that are drawn; more could not be told apart.</summary>
    public const int MostBars = 40;

    private const int LongestName = 30;

    /// <summary>The chart: megabytes of text of each domain.</summary>
    public static ChartDefinition Of(CorpusInfo corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var shown = corpus.Domains.Take(MostBars).ToList();
        var layout = PlotLayout.Of("megabytes of text", string.Empty);
        // A domain may be named 2020.
        layout.YAxis[0].Type = TypeEnum.Category;
        layout.YAxis[0].AutoRange = AutoRangeEnum.Reversed;
        layout.BarGap = 0.25m;
        return new ChartDefinition
        {
            Data =
            [
                new Bar
                {
                    Name = corpus.Name,
                    Orientation = OrientationEnum.H,
                    X = PlotLayout.Numbers(shown.Select(static d => d.TextBytes / 1e6)),
                    Y = [.. shown.Select(static (d, i) => (object)Name(d.Name, i))],
                    HoverTextArray = [.. shown.Select(d => $"{Name(d.Name, 0)}: {Show.Counted(d.Documents, "document")}, {Show.Bytes(d.TextBytes)}, {Show.Percent((double)d.TextBytes / Math.Max(1, corpus.TextBytes))} of the text")],
                    HoverInfo = HoverInfoFlag.Text,
                    TextPosition = TextPositionEnum.None,
                    Marker = new Marker { Color = PlotLayout.Colours[0] },
                },
            ],
            Layout = layout,
            Config = PlotLayout.Config,
        };
    }

    // plotly.js reads a few tags in its texts: what comes from a corpus is written so that it finds none.
    private static string Name(string domain, int i)
    {
        var plain = domain.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
        return plain.Length <= LongestName ? plain : $"{plain[..LongestName]}… ({i + 1})";
    }
}
