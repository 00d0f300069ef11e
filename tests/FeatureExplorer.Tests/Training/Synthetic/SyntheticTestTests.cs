using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Planted;
using FeatureExplorer.Training.Synthetic;

namespace FeatureExplorer.Tests.Training.Synthetic;

public class SyntheticTestTests
{
    private static readonly PlantedSettings Easy = new() { Features = 32, Inputs = 32, MeanActive = 2, Zipf = 0.3, Noise = 0.02 };

    // λ as a search finds it; 0 for the recipes that take k.
    [Theory]
    [InlineData(DictionaryVariants.Paper2023, 0.17f, 16)]
    [InlineData(DictionaryVariants.April2024, 1f, 28)]
    [InlineData(DictionaryVariants.TopK, 0f, 22)]
    [InlineData(DictionaryVariants.BatchTopK, 0f, 20)]
    [InlineData(DictionaryVariants.JumpRelu, 1f, 20)]
    [InlineData(DictionaryVariants.Gated, 0.2f, 24)]
    [InlineData(DictionaryVariants.Matryoshka, 0f, 16)]
    public void Run_EasyTruth_EveryRecipeFindsMostOfIt(string variant, float lambda, int least)
    {
        var report = new SyntheticTest(TimeProvider.System).Run(new SyntheticSettings
        {
            Name = "easy",
            Planted = Easy,
            Variants = [variant],
            Lambda = lambda > 0 ? [lambda] : [],
            Samples = variant == DictionaryVariants.JumpRelu ? 1_500_000 : 500_000,
            ComparedVectors = 4000,
        });
        var row = Assert.Single(report.Rows);

        Assert.True(row.Matched + row.Split >= least, $"{row}");
        Assert.Equal(32, row.Matched + row.Split + row.Merged + row.Missed);
        Assert.Equal(32, row.Planted.Count);
    }

    [Fact]
    public void Run_AsManyDirectionsAsRandom_FindsNothing()
    {
        // Two steps leave the dictionary at its random start: the count of matches is no artefact of the comparison.
        var report = new SyntheticTest(TimeProvider.System).Run(new SyntheticSettings { Name = "none", Planted = Easy, Variants = [DictionaryVariants.TopK], Samples = 2048, ComparedVectors = 2000 });

        Assert.True(report.Rows[0].Matched < 4, $"{report.Rows[0]}");
    }

    [Fact]
    public void Problems_WrongNameRecipeAndK_AreNamed()
    {
        var settings = new SyntheticSettings { Name = "a/b", Planted = Easy, Variants = ["other"] };

        Assert.Contains(settings.Problems(), p => p.Contains("\"a/b\"", StringComparison.Ordinal));
        Assert.Contains(settings.Problems(), p => p.Contains("\"other\"", StringComparison.Ordinal));
        Assert.Contains(
            new SyntheticSettings { Name = "a", Planted = Easy, Variants = [DictionaryVariants.TopK], K = [64] }.Problems(),
            p => p.Contains("K is 64", StringComparison.Ordinal));
    }
}
