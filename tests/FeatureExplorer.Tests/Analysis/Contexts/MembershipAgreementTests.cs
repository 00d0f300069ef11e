using FeatureExplorer.Analysis.Contexts;

namespace FeatureExplorer.Tests.Analysis.Contexts;

public sealed class MembershipAgreementTests
{
    [Fact]
    public void OfAll_EveryFeatureAndContext_EqualsPlainCounting()
    {
        using var analysis = new SmallAnalysis();
        for (var feature = 0; feature < SmallAnalysis.Features; feature++)
        {
            var all = MembershipAgreement.OfAll(analysis.Index, analysis.Contexts, feature);
            Assert.Equal(analysis.Contexts.Contexts.Count, all.Count);
            for (var context = 0; context < all.Count; context++)
            {
                var x = new double[analysis.Tokens];
                var y = new double[analysis.Tokens];
                for (var position = 0; position < x.Length; position++)
                {
                    y[position] = (analysis.Contexts.Members(position) >> context) & 1;
                }

                foreach (var (position, value) in analysis.Index.Positions(feature).ToArray().Zip(analysis.Index.Values(feature).ToArray()))
                {
                    x[position] = (double)(float)value;
                }

                var inside = x.Zip(y).Count(p => p.First > 0 && p.Second > 0);
                var active = x.Count(v => v > 0);
                Assert.Equal(active == 0 || y.Sum() == 0 ? 0 : (double)inside / active, all[context].Specificity, 12);
                Assert.Equal(active == 0 || y.Sum() == 0 ? 0 : inside / y.Sum(), all[context].Recall, 12);
                Assert.Equal(active == 0 || y.Sum() == 0 ? 0 : x.Zip(y, (a, b) => a * b).Sum() / x.Sum(), all[context].MassSpecificity, 9);
                Assert.Equal(Pearson(x, y), all[context].Pearson, 9);
            }
        }
    }

    private static double Pearson(double[] x, double[] y)
    {
        var (mx, my) = (x.Average(), y.Average());
        var covariance = x.Zip(y, (a, b) => (a - mx) * (b - my)).Sum();
        var spread = Math.Sqrt(x.Sum(a => (a - mx) * (a - mx)) * y.Sum(b => (b - my) * (b - my)));
        return spread > 0 ? covariance / spread : 0;
    }
}
