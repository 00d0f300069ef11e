using FeatureExplorer.Engine.Dictionaries.Evaluation;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Features;
using Plotly.Blazor;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>
/// A dictionary's features by the logarithm of their density and by the encoder bias, coloured by the cosine of encoder and decoder vector: in this plane the
/// ultralow-density features stand apart (the paper's appendix on feature density).
/// </summary>
public static class SpectrumChart
{
    /// <summary>Most points that are drawn; of more, evenly many of every part of the list are.</summary>
    public const int MostPoints = 8192;

    private static readonly (float From, string Name)[] Cosines = [(0.75f, "cosine 0.75 to 1"), (0.5f, "cosine 0.5 to 0.75"), (0.25f, "cosine 0.25 to 0.5"), (float.NegativeInfinity, "cosine below 0.25")];

    /// <summary>The chart; each point opens its feature.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="spectrum">Its features.</param>
    /// <param name="cosine">Whether the vertical axis shows the cosine instead of the encoder bias.</param>
    public static ChartDefinition Of(DictionaryInfo dictionary, IReadOnlyList<FeatureDensity> spectrum, bool cosine = false)
    {
        var firing = spectrum.Where(static f => !f.IsDead).ToList();
        var every = Math.Max(1, (firing.Count + MostPoints - 1) / MostPoints);
        var shown = firing.Where((_, i) => i % every == 0).ToList();
        // A transcoder's have none.
        if (shown.TrueForAll(static f => float.IsNaN(f.EncoderDecoderCosine)))
        {
            var plain = PlotLayout.Of("density: share of tokens", "encoder bias", logX: true);
            plain.XAxis[0].TickFormat = "~g";
            return new ChartDefinition { Data = [Points(dictionary, "features", 0, shown, cosine: false)], Layout = plain, Config = PlotLayout.Config };
        }

        var layout = PlotLayout.Of("density: share of tokens", cosine ? "cosine of encoder and decoder vector" : "encoder bias", logX: true);
        layout.ShowLegend = true;
        layout.XAxis[0].TickFormat = "~g";
        return new ChartDefinition { Data = [.. Cosines.Select((range, i) => Points(dictionary, range.Name, i, [.. shown.Where(f => Of(f.EncoderDecoderCosine) == i)], cosine))], Layout = layout, Config = PlotLayout.Config };
    }

    private static int Of(float cosine) => Array.FindIndex(Cosines, range => cosine >= range.From);

    private static Scatter Points(DictionaryInfo dictionary, string name, int i, IReadOnlyList<FeatureDensity> features, bool cosine) => new()
    {
        Name = name,
        Mode = ModeFlag.Markers,
        X = PlotLayout.Numbers(features.Select(static f => f.Density)),
        Y = PlotLayout.Numbers(features.Select(f => (double)(cosine ? f.EncoderDecoderCosine : f.EncoderBias))),
        HoverTextArray = [.. features.Select(f => $"{dictionary.Id}/{f.Feature}: density {Show.Percent(f.Density)}, bias {Show.Two(f.EncoderBias)}, cosine {Show.Two(f.EncoderDecoderCosine)}")],
        HoverInfo = HoverInfoFlag.Text,
        CustomData = [.. features.Select(f => (object)Urls.Feature(dictionary, f.Feature))],
        Marker = new Marker { Size = 5, Opacity = 0.65m, Color = PlotLayout.Colours[i], Symbol = (Plotly.Blazor.Traces.ScatterLib.MarkerLib.SymbolEnum)i },
    };
}
