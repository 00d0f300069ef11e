using FeatureExplorer.Analysis.Automata;

namespace FeatureExplorer.Tests.Analysis.Automata;

public sealed class SystemFinderTests
{
    [Fact]
    public void Find_PlantedCycles_FindsEachOfItsKind()
    {
        var systems = SystemFinder.Find(
        [
            Edge(1, 1), Edge(2, 3), Edge(3, 2), Edge(10, 11), Edge(11, 12), Edge(12, 13), Edge(13, 10), Edge(11, 11),
            // A way out that leads nowhere back.
            Edge(12, 20), Edge(20, 21),
        ]);
        Assert.Equal(["1", "11", "2,3", "10,11,12,13"], systems.Select(s => string.Join(',', s.Features)));
        Assert.Equal([(10, 11), (11, 12), (12, 13), (13, 10), (11, 11)], systems[^1].Edges.Select(e => (e.From, e.To)));
    }

    [Theory]
    [InlineData(0.1, 10, 100, 0.0)] // too improbable
    [InlineData(0.5, 2, 100, 0.0)] // hardly likelier than by chance
    [InlineData(0.5, 10, 5, 0.0)] // too rare
    [InlineData(0.5, 10, 100, 0.4)] // both fire on the same tokens: one state, not two
    public void Find_EdgeBelowAThreshold_IsNoPart(double probability, double lift, int count, double together) =>
        Assert.Empty(SystemFinder.Find([Edge(2, 3), Edge(3, 2) with { Probability = probability, Lift = lift, Count = count, Together = together }]));

    [Fact]
    public void Find_CyclesThatShareStates_KeepsTheBest()
    {
        var systems = SystemFinder.Find([Edge(1, 2), Edge(2, 3), Edge(3, 1), Edge(3, 4, weight: 0.9), Edge(4, 1, weight: 0.9), Edge(5, 6), Edge(6, 7), Edge(7, 5)]);
        Assert.Equal(["1,2,3,4", "5,6,7"], systems.Select(s => string.Join(',', s.Features)));
        Assert.Equal(Math.Sqrt(0.5 * 0.9) * Math.Log(10), systems[0].Score, 1e-9);
    }

    [Fact]
    public void StrongComponents_RandomGraphs_EqualReachability()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var edges = Enumerable.Range(0, 24).Select(_ => (random.Next(14), random.Next(14))).ToList();
            var reach = new bool[14, 14];
            foreach (var (from, to) in edges)
            {
                reach[from, to] = true;
            }

            for (var k = 0; k < 14; k++)
            {
                for (var i = 0; i < 14; i++)
                {
                    for (var j = 0; j < 14; j++)
                    {
                        reach[i, j] |= reach[i, k] && reach[k, j];
                    }
                }
            }

            var components = StrongComponents.Of(edges);
            foreach (var one in components.Keys)
            {
                foreach (var other in components.Keys)
                {
                    Assert.Equal(one == other || (reach[one, other] && reach[other, one]), components[one] == components[other]);
                }
            }
        }
    }

    private static Transition Edge(int from, int to, double weight = 0.5) => new(from, to, 100, 0.5, 10, 0.5, from == to ? 1 : 0, 0.8, weight, []);
}
