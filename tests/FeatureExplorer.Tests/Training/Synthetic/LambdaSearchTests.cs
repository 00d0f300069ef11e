using FeatureExplorer.Training.Synthetic;

namespace FeatureExplorer.Tests.Training.Synthetic;

public class LambdaSearchTests
{
    [Theory]
    [InlineData(0.001f)]
    [InlineData(1f)]
    [InlineData(300f)]
    public void Find_L0FallsWithLambda_ComesNear(float start)
    {
        static double L0(float lambda) => 40 / (1 + lambda);

        Assert.Equal(8, L0(LambdaSearch.Find(start, 8, L0)), 0.5);
    }

    [Fact]
    public void Find_NoLambdaReachesIt_GivesTheNearest()
    {
        var tried = new List<float>();
        var best = LambdaSearch.Find(1, 8, lambda =>
        {
            tried.Add(lambda);
            return 100;
        });

        Assert.Equal(1, best);
        Assert.InRange(tried.Count, 2, 10);
    }
}
