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

    [Theory]
    [InlineData("demo")]
    [InlineData("standard")]
    public void Read_AsItWasFilledIn_IsThePreset(string preset)
    {
        var read = Read(RunForm.Of(RunPreset.Find(preset), null));
        Assert.Empty(read.Problems);
        Assert.Equal(RunConfigurationJson.Write(RunPreset.Find(preset)), RunConfigurationJson.Write(read.Configuration!));
    }

    [Theory]
    [InlineData("dictionaries[0].k", "8", "paper-2023 does not fix k")]
    [InlineData("dictionaries[0].features", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65", "There are 65; a run has 1 to 64")]
    [InlineData("dictionaries[0].features", "many", "Features must be whole numbers, separated by commas, each from 2 to 1,048,576; \"many\" is not.")]
    [InlineData("dictionaries[0].features", "", "Features is empty; it must be whole numbers")]
    [InlineData("dictionaries[0].learningRate", "1e999", "Learning rate must be a number more than 0 and less than 1; \"1e999\" is not.")]
    [InlineData("dictionaries[0].learningRate", "1.5", "Learning rate is 1.5; it must be more than 0 and less than 1.")]
    [InlineData("transformer.learningRate", "0", "Learning rate is 0; it must be more than 0 and less than 1.")]
    [InlineData("transformer.tokens", "abc", "Tokens must be a whole number from 1 to 1,000,000,000,000; \"abc\" is not.")]
    [InlineData("transformer.tokens", "2.5", "Tokens must be a whole number")]
    [InlineData("transformer.tokens", "", "Tokens is empty; it must be a whole number from 1")]
    [InlineData("transformer.vocabulary", "256", "Vocabulary is 256; it must be from 257 to 65,536.")]
    [InlineData("transformer.heads", "3", "The width 128 is not a multiple of 3 heads")]
    [InlineData("seed", "9223372036854775808", "Seed is 9223372036854775808; it must be at most 9223372036854775807")]
    [InlineData("seed", "-1", "Seed must be a whole number 0 or more; \"-1\" is not.")]
    [InlineData("steer", "-6", "is -6; it must be more than 0 and at most 20.")]
    [InlineData("formingShare", "NaN", "\"NaN\" is not")]
    [InlineData("formingShare", "Infinity", "\"Infinity\" is not")]
    [InlineData("formingShare", "1.01", "is 1.01; it must be from 0 to 1.")]
    [InlineData("dictionaries[0].variant", "1", "There is no \"1\"; there is paper-2023")]
    [InlineData("dictionaries[0].layer", "1", "Layer is 1; the model has layer 0 only.")]
    [InlineData("preset", "enormous", "There is no preset \"enormous\"; there are demo and standard")]
    [InlineData("corpus", "run:77", "not in the list")]
    [InlineData("corpus", "/etc", "not in the list")]
    [InlineData("keep", "arabic", "arabic")]
    [InlineData("dictionaries[0].lambda", "0,00560", "λ: \"0,00560\" may be one number or several. For one, write 0.00560; for several, write a space after each comma: 0, 00560.")]
    [InlineData("dictionaries[0].lambda", "1,2,3", "Write a space after each comma: 1, 2, 3.")]
    [InlineData("dictionaries[0].features", "4,096", "Features: \"4,096\" may be one number or several. For one, write 4096;")]
    [InlineData("dictionaries[0].features", "16,384", "Features: \"16,384\" may be one number or several. For one, write 16384; for several, write a space after each comma: 16, 384.")]
    [InlineData("dictionaries[0].features", "512 1,048,576", "Features: \"1,048,576\" may be one number or several. For one, write 1048576; for several, write a space after each comma: 1, 048, 576.")]
    [InlineData("dictionaries[0].seeds", "100,101", "For one, write 100101; for several, write a space after each comma: 100, 101.")]
    [InlineData("dictionaries[0].lambdaWarmup", "0,1", "λ warm-up: \"0,1\" holds a comma; write 0.1.")]
    [InlineData("formingShare", "0,05", "holds a comma; write 0.05.")]
    [InlineData("transformer.tokens", "40,000,000", "Tokens: \"40,000,000\" holds a comma; write 40000000.")]
    [InlineData("dictionaries[0].features", "64,64", "Features: 64 is listed twice; list each value once.")]
    [InlineData("dictionaries[0].lambda", "0.005 0.0050; 5e-3", "λ: 0.005 is listed 3 times; list each value once.")]
    [InlineData("device", "gpu", "\"gpu\" is no device; use auto, cpu")]
    [InlineData("precision", "fp8", "\"fp8\" is no precision; use float32, tf32, bf16.")]
    public void Read_ValueThatCannotBe_IsNamedWithWhatCan(string field, string value, string says)
    {
        var read = Read((field, value));
        Assert.Contains(says, read.Problem(field), StringComparison.Ordinal);
        Assert.Single(read.Problems);
    }

    [Fact]
    public void Read_RunOnACard_KeepsDeviceAndPrecision_AndNotWhereItBegan()
    {
        var form = RunForm.Of(RunPreset.Demo with { Device = "cuda:1", Precision = "bf16", BeganOn = "cuda Card, libtorch 2.10, bf16" }, 1);
        form.Apply(RunPreset.Standard);
        form.Apply(RunPreset.Demo);
        var read = Read(RunForm.Load(form.Save())!).Configuration!;
        Assert.Equal(("cuda:1", "bf16", null, "demo"), (read.Device, read.Precision, read.BeganOn, read.Preset));
    }

    [Fact]
    public void Load_DraftWithoutADevice_TakesTheUsualOne()
    {
        var form = RunForm.Of(RunPreset.Demo, null);
        form.Choose("device", "");
        form.Choose("precision", "");
        Assert.Empty(Read(RunForm.Load(form.Save())!).Problems);
    }

    [Theory]
    [InlineData("lambda")]
    [InlineData("lambdaWarmup")]
    public void Read_LambdaOfARecipeWithK_IsNamedWithTheRecipesThatHaveOne(string setting)
    {
        var read = Read(("dictionaries[1].lambdaWarmup", ""), ("dictionaries[0].variant", "topk"), ($"dictionaries[0].{setting}", "0.5"));
        Assert.Contains("paper-2023, april-2024, jumprelu, gated", read.Problem($"dictionaries[0].{setting}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ManyWrongValues_AreAllTold_OnceEachAndInTheOrderOfTheForm()
    {
        var read = Read(
            ("dictionaries[1].samples", "0"), ("dictionaries[1].features", "many"), ("indexTokens", "1"), ("model", "runs"), ("heldOutTokens", "x"), ("transformer.dModel", "wide"),
            ("transformer.heads", "3"), ("dictionaries[0].features", "64,128,1"), ("dictionaries[0].lambda", "-1"), ("transformer.layers", "0"), ("dictionaries[0].layer", "2"));
        // Heads against a width that cannot be read, and a layer of a model with none, are no problems of their own.
        Assert.Equal(
            [
                "heldOutTokens", "model", "transformer.layers", "transformer.dModel", "dictionaries[0].features", "dictionaries[0].lambda", "dictionaries[1].features", "dictionaries[1].samples",
                "indexTokens",
            ], read.Problems.Select(p => p.Field));
        Assert.Null(read.Configuration);
    }

    [Fact]
    public void Read_SweepOfTwoSizesAndThreePenalties_MakesEveryCombination()
    {
        var form = RunForm.Of(RunPreset.Demo, null);
        form.RemoveRow(1);
        form.Choose("dictionaries[0].features", "128,64");
        form.Choose("dictionaries[0].lambda", "0.002 0.001;0.003,");
        var made = Read(form).Configuration!.Dictionaries;
        Assert.Equal([(64, 1e-3f), (64, 2e-3f), (64, 3e-3f), (128, 1e-3f), (128, 2e-3f), (128, 3e-3f)], made.Select(d => (d.Features, d.Lambda)));
        Assert.Equal(["0", "1", "2", "3", "4", "5"], made.Select(d => d.Name));
    }

    [Fact]
    public void Read_NamesThatAreTaken_AreToldAtTheRowsThatMadeThem()
    {
        var form = RunForm.Of(RunPreset.Demo, null);
        form.Choose("dictionaries[0].features", "64, 128");
        var read = Read(form);
        Assert.Equal(3, read.Configuration!.Dictionaries.Count);
        var told = read.With([new RunProblem("dictionaries[1].name", "taken"), new RunProblem("dictionaries[2].seed", "wrong")]);
        Assert.Equal(["dictionaries[0].name", "dictionaries[1].seeds"], told.Problems.Select(p => p.Field));
    }

    [Fact]
    public void Read_RubbishInAnyField_IsNeverARun()
    {
        foreach (var field in RunForm.Of(RunPreset.Demo, null).Fields().Where(f => f is not "replace"))
        {
            // Some rubbish does for a name.
            var isName = field == "model" || field.EndsWith(".name", StringComparison.Ordinal);
            foreach (var value in (string[])["-1.5", "Admin,Viewer", "a\u0000b", new string('x', 3000), .. isName ? [] : (string[])["NaN", "1e999", "Infinity", "99999999999999999999999999"]])
            {
                var read = Read((field, value));
                Assert.True(read.Problem(field) is not null, $"{field} = {value[..Math.Min(30, value.Length)]}: {string.Join(" ", read.Problems)}");
            }
        }
    }

    [Fact]
    public void Apply_Preset_FillsInWhatNobodyChoseAndTellsBoth()
    {
        var form = RunForm.Of(RunPreset.Standard, null);
        form.Choose("corpus", "corpus:tales");
        form.Choose("transformer.tokens", "7000000");
        form.Choose("dictionaries[1].features", "1024");
        var changes = form.Apply(RunPreset.Demo);
        Assert.Equal(["corpus", "dictionaries[1].features", "transformer.tokens"], changes.Where(c => c.Kept).Select(c => c.Field).Order(StringComparer.Ordinal));
        var read = Read(form).Configuration!;
        Assert.Equal((7_000_000, "corpus:tales", 1024), (read.Transformer.Tokens, read.Corpus[0], read.Dictionaries[1].Features));
        Assert.Equal((RunPreset.Demo.Transformer.Vocabulary, RunPreset.Demo.HeldOutTokens, RunPreset.Demo.Dictionaries[0].Samples), (read.Transformer.Vocabulary, read.HeldOutTokens, read.Dictionaries[0].Samples));
        Assert.Contains(new PresetChange("transformer.vocabulary", "Vocabulary", "8192", "2048", false), changes);
        Assert.Equal(RunConfiguration.Custom, read.Preset);
    }

    [Fact]
    public void Apply_Preset_KeepsTheRowsThatAPersonAddedOrRemoved()
    {
        var one = RunForm.Of(RunPreset.Standard, null);
        one.RemoveRow(0);
        one.Apply(RunPreset.Demo);
        Assert.Equal(1, one.Rows);

        var three = RunForm.Of(RunPreset.Standard, null);
        three.AddRow();
        three.Apply(RunPreset.Demo);
        Assert.Equal((3, "4096"), (three.Rows, three.Value("dictionaries[2].features")));
    }

    [Fact]
    public void Apply_PresetWithoutChoices_IsThePreset()
    {
        var form = RunForm.Of(RunPreset.Standard, null);
        form.Apply(RunPreset.Demo);
        Assert.Equal(RunConfigurationJson.Write(RunPreset.Demo), RunConfigurationJson.Write(Read(form).Configuration!));
    }

    [Theory]
    [InlineData("512,4096", 512, 4096)]
    [InlineData("512, 4096", 512, 4096)]
    [InlineData("16, 384", 16, 384)]
    [InlineData("16 384", 16, 384)]
    [InlineData("128,256,1024", 128, 256, 1024)]
    [InlineData("1024,512", 512, 1024)]
    [InlineData("16,32", 16, 32)]
    [InlineData("16_384", 16384)]
    public void Read_SeveralNumbers_AreTheOnesThatAreMeant(string text, params int[] expected)
    {
        var form = RunForm.Of(RunPreset.Demo, null);
        form.Choose("dictionaries[0].features", text);
        Assert.Equal(expected, Read(form).Configuration!.Dictionaries.Take(expected.Length).Select(static d => d.Features));
    }

    [Fact]
    public void RemoveRow_First_MovesValuesAndChoices()
    {
        var form = RunForm.Of(RunPreset.Demo, null);
        form.Choose("dictionaries[1].features", "300");
        form.RemoveRow(0);
        Assert.Equal(("300", true, string.Empty), (form.Value("dictionaries[0].features"), form.IsChosen("dictionaries[0].features"), form.Value("dictionaries[1].features")));
        form.RemoveRow(0);
        Assert.Equal(1, form.Rows);
    }

    [Fact]
    public void Load_WhatWasSaved_IsTheSameForm()
    {
        var form = RunForm.Of(RunPreset.Demo, 7);
        form.Choose("keep", "dna=0.1");
        form.AddRow();
        var loaded = RunForm.Load(form.Save())!;
        Assert.Equal((form.Save(), 7), (loaded.Save(), loaded.From));
        Assert.Equal((3, true, false), (loaded.Rows, loaded.IsChosen("keep"), loaded.IsChosen("model")));
        loaded.Apply(RunPreset.Standard);
        Assert.Equal((3, "dna=0.1"), (loaded.Rows, loaded.Value("keep")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"Rows\":0}")]
    [InlineData("{\"Rows\":65,\"Values\":{},\"Chosen\":[]}")]
    [InlineData("{\"Rows\":1,\"Values\":null,\"Chosen\":[]}")]
    public void Load_Rubbish_IsNoForm(string? text) => Assert.Null(RunForm.Load(text));

    [Fact]
    public void Choose_UnknownFieldOrLongText_IsPassedOverOrCut()
    {
        var form = RunForm.Of(RunPreset.Demo, null);
        form.Choose("unheard", "x");
        form.Choose("keep", new string('x', 5000) + "\n");
        Assert.Equal((string.Empty, RunForm.LongestValue), (form.Value("unheard"), form.Value("keep").Length));
    }

    [Fact]
    public void Of_RunWithManyDictionaries_HasARowForEach()
    {
        var many = RunPreset.Demo with { Dictionaries = new SweepSettings { Features = [.. Enumerable.Range(8, 40)] }.Expand([]) };
        var read = Read(RunForm.Of(many, 1));
        Assert.Empty(read.Problems);
        Assert.Equal(Enumerable.Range(8, 40), read.Configuration!.Dictionaries.Select(d => d.Features));
    }

    private RunReading Read(params (string Field, string Value)[] changed)
    {
        var form = RunForm.Of(RunPreset.Demo, null);
        foreach (var (field, value) in changed)
        {
            form.Choose(field, value);
        }

        return Read(form);
    }

    private RunReading Read(RunForm form) => form.Read(new RunStore(FeatureDatabase.Open(new DataFolder(_folder.Path)), TimeProvider.System));
}
