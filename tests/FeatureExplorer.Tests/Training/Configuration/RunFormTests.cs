using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Tests.Training.Configuration;

public sealed class RunFormTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AsItWasFilledIn_IsThePreset()
    {
        var form = Read();
        Assert.Empty(form.Problems);
        Assert.Equal(RunPreset.Demo.Preset, form.Configuration!.Preset);
    }

    [Theory]
    [InlineData("dictionaries[0].k", "8", "paper-2023 does not fix k")]
    [InlineData("dictionaries[0].features", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65", "There are 65; a run has 1 to 64")]
    [InlineData("dictionaries[0].features", "many", "Must be a whole number; it is \"many\".")]
    [InlineData("dictionaries[0].learningRate", "1e999", "Must be a number; it is \"1e999\".")]
    [InlineData("formingShare", "NaN", "Must be a number; it is \"NaN\".")]
    [InlineData("formingShare", "Infinity", "Must be a number; it is \"Infinity\".")]
    [InlineData("dictionaries[0].variant", "1", "There is no \"1\"; there is paper-2023")]
    [InlineData("preset", "enormous", "There is no preset \"enormous\"; there are demo and standard")]
    [InlineData("groups", "17", "there can be 1 to 16")]
    [InlineData("groups", "x", "there can be 1 to 16")]
    public void Read_ValueThatCannotBe_IsNamedWithWhatCan(string field, string value, string says)
    {
        var form = Read((field, value));
        Assert.Contains(says, form.Problem(field), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lambda")]
    [InlineData("lambdaWarmup")]
    public void Read_LambdaOfARecipeWithK_IsNamedWithTheRecipesThatHaveOne(string setting)
    {
        var form = Read(("dictionaries[0].variant", "topk"), ($"dictionaries[0].{setting}", "0.5"));
        Assert.Contains("paper-2023, april-2024, jumprelu, gated", form.Problem($"dictionaries[0].{setting}"), StringComparison.Ordinal);
    }

    private RunForm Read(params (string Field, string Value)[] changed)
    {
        var filled = RunForm.Of(RunPreset.Demo, null);
        var runs = new RunStore(FeatureDatabase.Open(new DataFolder(_folder.Path)), TimeProvider.System);
        return RunForm.Read(
            name => changed.FirstOrDefault(c => c.Field == name).Value ?? (name == "groups" ? $"{filled.Groups}" : filled.Value(name)), runs);
    }
}
