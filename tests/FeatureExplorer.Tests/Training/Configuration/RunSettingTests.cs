using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Tests.Training.Configuration;

public sealed class RunSettingTests
{
    [Theory]
    [InlineData("transformer.heads", "Heads")]
    [InlineData("dictionaries[12].features", "Features")]
    [InlineData("dictionaries[0].seed", "Seeds")]
    [InlineData("corpus", "Corpus")]
    [InlineData("dictionaries[0].heads", null)]
    [InlineData("dictionaries", null)]
    [InlineData("", null)]
    public void Find_Field_IsItsSetting(string field, string? label) => Assert.Equal(label, RunSetting.Find(field)?.Label);

    [Theory]
    [InlineData("transformer.vocabulary", 257, true)]
    [InlineData("transformer.vocabulary", 256, false)]
    [InlineData("transformer.learningRate", 0, false)]
    [InlineData("transformer.learningRate", 1, false)]
    [InlineData("transformer.largestPasses", 1000, true)]
    [InlineData("transformer.largestPasses", 0, false)]
    [InlineData("seed", double.NaN, false)]
    public void Takes_Value_KeepsToTheBounds(string field, double value, bool takes) => Assert.Equal(takes, RunSetting.Find(field)!.Takes(value));

    [Theory]
    [InlineData("transformer.vocabulary", "from 257 to 65,536")]
    [InlineData("transformer.largestPasses", "more than 0 and at most 1,000")]
    [InlineData("seed", "0 or more")]
    public void Range_Setting_IsSaidInWords(string field, string range) => Assert.Equal(range, RunSetting.Find(field)!.Range);
}
