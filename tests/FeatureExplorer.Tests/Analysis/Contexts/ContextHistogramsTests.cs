using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Tests.Analysis.Contexts;

public sealed class ContextHistogramsTests : IClassFixture<SmallAnalysis>
{
    private readonly SmallAnalysis _small;

    public ContextHistogramsTests(SmallAnalysis small) => _small = small;

    [Fact]
    public void Of_EveryFeatureAndContext_CountsAndMassByBruteForce()
    {
        foreach (var report in _small.Reports)
        {
            for (var context = 0; context < _small.Contexts.Contexts.Count; context++)
            {
                var histogram = ContextHistograms.Of(_small.Index, _small.Contexts, report.Index, context, report.Histogram.Edges);
                Assert.Equal(_small.Contexts.Contexts[context].Name, histogram.Context);
                Assert.Equal(report.Histogram.Counts, histogram.Counts.Select(static row => row.Sum()));
                Check(report, context, histogram);
            }
        }
    }

    [Fact]
    public void Of_NoEdgesForALivingFeature_Throws()
    {
        var living = _small.Reports.First(static report => report.Activations > 0).Index;
        Assert.Throws<ArgumentException>(() => ContextHistograms.Of(_small.Index, _small.Contexts, living, 0, []));
    }

    private void Check(FeatureReport report, int context, ContextHistogram histogram)
    {
        var edges = report.Histogram.Edges;
        for (var bin = 0; bin < histogram.Counts.Count; bin++)
        {
            var count = new long[LlrBins.Count];
            var mass = new double[LlrBins.Count];
            for (var position = 0; position < _small.Tokens; position++)
            {
                var value = _small.Stored(position, report.Index);
                if (value > 0 && value > edges[bin] && value <= edges[bin + 1])
                {
                    var llr = LlrBins.Of(_small.Contexts.Llr(context, position));
                    count[llr]++;
                    mass[llr] += value;
                }
            }

            Assert.Equal(count, histogram.Counts[bin]);
            for (var llr = 0; llr < mass.Length; llr++)
            {
                Assert.Equal(mass[llr], histogram.Mass[bin][llr], 1e-9);
            }
        }
    }
}
