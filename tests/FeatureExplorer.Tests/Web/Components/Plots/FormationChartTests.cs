using FeatureExplorer.Analysis.Formation;
using FeatureExplorer.Web.Components.Plots;
using Plotly.Blazor.Traces;

namespace FeatureExplorer.Tests.Web.Components.Plots;

public sealed class FormationChartTests
{
    [Theory]
    [InlineData(FormationQuantity.Density, new[] { 0.5, 0.25, 0.125 })]
    [InlineData(FormationQuantity.Score, new[] { 0.0, 0.75 })]
    [InlineData(FormationQuantity.Cosine, new[] { -0.5, 0.5, 1 })]
    public void Of_Moments_DrawsWhatIsANumber(FormationQuantity quantity, double[] expected)
    {
        FormationMoment[] moments = [new(100, 0.5f, 3, null, 0, -0.5f), new(200, 0.25f, 2, "dna", float.NaN, 0.5f), new(300, 0.125f, 1, "dna", 0.75f, 1)];
        var line = Assert.IsType<Scatter>(Assert.Single(FormationChart.Of(quantity, moments).Data));
        Assert.Equal(expected, line.Y.Cast<double>());
        Assert.Equal(expected.Length == 3 ? [100, 200, 300] : [100.0, 300], line.X.Cast<double>());
    }
}
