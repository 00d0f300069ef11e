using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Tests.Training.Stages;

public sealed class DictionaryGroupsTests
{
    [Fact]
    public void Of_SameSite_OneGroupThatEndsInTheOrderOfVectors()
    {
        var groups = DictionaryGroups.Of(Run(One("large", samples: 9), One("small", samples: 3), One("last", samples: 9)));

        Assert.Equal(["small", "large", "last"], Assert.Single(groups).Select(d => d.Name));
    }

    [Fact]
    public void Of_OtherSiteOrLayer_OwnGroup()
    {
        var groups = DictionaryGroups.Of(Run(One("a"), One("b") with { Site = "resid.post" }, One("c") with { Layer = 1 }, One("d")));

        Assert.Equal(["a d", "b", "c"], groups.Select(group => string.Join(' ', group.Select(d => d.Name))));
    }

    [Fact]
    public void Of_MoreThanFitsInMemory_SeveralGroupsAndEveryDictionaryOnce()
    {
        // 32 · 512 · 32,768 bytes are half a gibibyte, so that four fit; the last one alone takes more than is allowed.
        var huge = One("huge", samples: 100) with { Features = 1 << 20 };
        var run = Run([.. Enumerable.Range(0, 6).Select(i => One($"{i}", samples: i + 1) with { Features = 1 << 15 }), huge]);

        var groups = DictionaryGroups.Of(run);

        Assert.Equal(["0 1 2 3", "4 5", "huge"], groups.Select(group => string.Join(' ', group.Select(d => d.Name))));
        Assert.True(DictionaryGroups.Bytes(huge, run.Transformer) > DictionaryGroups.MostBytes);
    }

    [Fact]
    public void Estimate_TwoTogether_TakeLessThanOneAfterTheOtherAndAsManyStages()
    {
        var speed = new MachineSpeed("here", 100);
        var (one, other) = (One("1", samples: 20_000_000), One("2", samples: 20_000_000));

        var together = RunEstimate.Of(Run(one, other), speed);
        var apart = RunEstimate.Of(Run(one, other with { Layer = 1 }), speed);

        Assert.Equal(apart.Stages.Count, together.Stages.Count);
        var (shared, own) = (Training(together), Training(apart));
        Assert.True(shared < 0.8 * own, $"{shared} against {own} s");
    }

    // Training, index and statistics of each, after the four stages of the model.
    private static double Training(RunEstimate estimate) => estimate.Stages[4] + estimate.Stages[7];

    private static DictionarySettings One(string name, long samples = 5) => new() { Name = name, Features = 64, Samples = samples };

    private static RunConfiguration Run(params DictionarySettings[] dictionaries) => RunPreset.Standard with { Dictionaries = dictionaries };
}
