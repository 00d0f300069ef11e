using FeatureExplorer.Analysis;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Features;
using Plotly.Blazor;
using Plotly.Blazor.Traces;
using Plotly.Blazor.Traces.ScatterLib;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>Dictionaries by L0 (logarithmic) and loss recovered: the trade between few active features and a faithful reconstruction. A recipe has one colour.</summary>
public static class ParetoChart
{
    /// <summary>Points up to which each has its name beside it.</summary>
    private const int Labelled = 24;

    private static readonly string[] Dashes = ["dot", "dash", "dashdot", "longdash", "longdashdot"];

    /// <summary>The chart; each point carries the address of its dictionary.</summary>
    /// <param name="all">All dictionaries: they decide the recipes' colours and the models' lines.</param>
    /// <param name="choice">Which of them are shown.</param>
    public static ChartDefinition Of(IReadOnlyList<DictionaryInfo> all, ParetoChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var shown = choice.Of(all).Where(static d => d.Metrics.L0 > 0 && double.IsFinite(d.Metrics.LossRecovered)).OrderBy(static d => d.Metrics.L0).ToList();
        var recipes = all.Select(static d => d.Variant).Distinct().Order(StringComparer.Ordinal).ToList();
        var models = all.Select(static d => d.Model).Distinct().Order(NaturalOrder.Names).ToList();
        var layout = PlotLayout.Of("L0: active features per token", "loss recovered", logX: true);
        layout.ShowLegend = true;
        return new ChartDefinition
        {
            Data =
            [
                .. shown.GroupBy(static d => d.Model).OrderBy(static g => g.Key, NaturalOrder.Names).Select(g => Front(g, models.IndexOf(g.Key))),
                .. shown.GroupBy(static d => d.Variant).OrderBy(static g => g.Key, StringComparer.Ordinal).Select(g => Points(g, recipes.IndexOf(g.Key), shown.Count <= Labelled)),
            ],
            Layout = layout,
            Config = PlotLayout.Config,
        };
    }

    /// <summary>The dictionaries of one model that no other of them beats in both figures.</summary>
    public static IEnumerable<DictionaryInfo> Best(IReadOnlyList<DictionaryInfo> ofModel) =>
        ofModel.Where(d => !ofModel.Any(o => o.Metrics.L0 < d.Metrics.L0 && o.Metrics.LossRecovered >= d.Metrics.LossRecovered));

    // Loss recovered is a share of a model's own loss: a line through the points of several models would compare what cannot be compared.
    private static Scatter Front(IGrouping<string, DictionaryInfo> model, int place)
    {
        var best = Best([.. model]).ToList();
        return new Scatter
        {
            Name = $"best of {model.Key}",
            Mode = ModeFlag.Lines,
            HoverInfo = HoverInfoFlag.Skip,
            Line = new Line { Dash = Dashes[place % Dashes.Length], Width = 1.5m, Color = "#8a979d" },
            X = PlotLayout.Numbers(best.Select(static d => d.Metrics.L0)),
            Y = PlotLayout.Numbers(best.Select(static d => d.Metrics.LossRecovered)),
        };
    }

    private static Scatter Points(IGrouping<string, DictionaryInfo> group, int recipe, bool labelled) => new()
    {
        Name = group.Key,
        Mode = labelled ? ModeFlag.Markers | ModeFlag.Text : ModeFlag.Markers,
        X = PlotLayout.Numbers(group.Select(static d => d.Metrics.L0)),
        Y = PlotLayout.Numbers(group.Select(static d => d.Metrics.LossRecovered)),
        TextArray = [.. group.Select(static d => d.Id)],
        TextPosition = TextPositionEnum.TopCenter,
        HoverTextArray = [.. group.Select(Tip)],
        HoverInfo = HoverInfoFlag.Text,
        CustomData = [.. group.Select(static d => (object)Urls.Dictionary(d))],
        Marker = new Marker { Size = 11, Color = PlotLayout.Colours[recipe % PlotLayout.Colours.Count], Symbol = (Plotly.Blazor.Traces.ScatterLib.MarkerLib.SymbolEnum)recipe },
    };

    private static string Tip(DictionaryInfo d) =>
        $"{d.Id}: {d.Variant}, {Show.Counted(d.Features, "feature")}, L0 {Show.Significant(d.Metrics.L0)}, loss recovered {Show.Three(d.Metrics.LossRecovered)}";
}
