using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Web.Systems;

namespace FeatureExplorer.Tests.Web.Systems;

public sealed class AutomatonLayoutTests
{
    private const int FontSize = 12;

    [Fact]
    public void Edges_BetweenTwoStatesInBothDirections_HaveLabelsApart()
    {
        var layout = new AutomatonLayout(new FeatureSystem([1, 2, 3], [Edge(1, 2), Edge(2, 3), Edge(3, 1), Edge(1, 3)], 1, []));
        var (back, ahead) = (layout.Edges[2], layout.Edges[3]);
        Assert.Equal(back.LabelX, ahead.LabelX);
        Assert.True(ahead.LabelY - back.LabelY >= FontSize, $"{back.LabelY} and {ahead.LabelY}");
        Assert.All(layout.Edges, edge => Assert.InRange(edge.LabelY, FontSize, layout.Height));
    }

    private static Transition Edge(int from, int to) => new(from, to, 40, 0.5, 6, 0.25, 0.1, 0.75, 0.4, []);
}
