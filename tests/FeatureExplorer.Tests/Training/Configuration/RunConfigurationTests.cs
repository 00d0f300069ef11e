using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Tests.Training.Configuration;

public sealed class RunConfigurationTests
{
    [Theory]
    [InlineData("""{ "dictionaries": [{ "features": 48, "from": "G/1" }, { "features": 48, "from": "G/2" }] }""", "G")]
    [InlineData("""{ "model": "H", "dictionaries": [{ "features": 48, "from": "G/1" }] }""", "H")]
    [InlineData("""{ "dictionaries": [{ "features": 48, "from": "G/1" }, { "features": 48, "from": "H/1" }] }""", "A")]
    [InlineData("""{ "dictionaries": [{ "features": 48, "from": "G/1" }, { "features": 48 }] }""", "A")]
    [InlineData("""{ "sweep": { "features": [48], "from": "G/1" } }""", "G")]
    public void ReadNew_WithoutAModel_TakesThatOfTheDictionariesItGoesOnFrom(string json, string model) => Assert.Equal(model, RunConfigurationJson.ReadNew(json, null).Model);

    [Theory]
    [InlineData("031", "write 31.")]
    [InlineData("00", "write 0.")]
    public void Problems_NumberWithZerosBeforeIt_IsRefusedAsAName(string name, string says)
    {
        var dictionary = RunPreset.Demo.Dictionaries[0];
        var problem = Assert.Single((RunPreset.Demo with { Dictionaries = [dictionary with { Name = name }] }).Problems());
        Assert.Equal("dictionaries[0].name", problem.Field);
        Assert.EndsWith(says, problem.Message, StringComparison.Ordinal);
        Assert.Empty((RunPreset.Demo with { Dictionaries = [dictionary with { Name = "0" }, dictionary with { Name = "0x1" }] }).Problems());
    }

    [Fact]
    public void Read_WhatAnEarlierVersionStored_BecomesThePresetWithItsValues()
    {
        var read = RunConfigurationJson.Read("""{"corpus":["/a"],"preset":"standard","keep":"dna=0.1","seed":3,"model":"B"}""");
        Assert.Equal(
            RunConfigurationJson.Write(RunPreset.Standard with { Corpus = ["/a"], Keep = "dna=0.1", Seed = 3, Model = "B" }), RunConfigurationJson.Write(read));
        Assert.Empty(read.Problems());
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var sweep = new SweepSettings { Features = [64, 128], Lambda = [1e-3f, 7e-3f], Seeds = [1, 2] }.Expand([]);
        var written = RunConfigurationJson.Write(RunPreset.Demo with { Preset = RunConfiguration.Custom, Dictionaries = sweep, FormingShare = 0 });
        Assert.Equal(written, RunConfigurationJson.Write(RunConfigurationJson.Read(written)));
    }

    [Fact]
    public void Problems_SteeringTooStrong_IsRefusedWithTheRange()
    {
        Assert.Empty((RunPreset.Demo with { Steer = 2 }).Problems());
        var problem = Assert.Single((RunPreset.Demo with { Steer = 21 }).Problems());
        Assert.Equal(("steer", "Steer with every feature is 21; it must be more than 0 and at most 20."), (problem.Field, problem.Message));
        Assert.DoesNotContain("steer", RunConfigurationJson.Write(RunPreset.Demo), StringComparison.Ordinal);
        Assert.Equal(2, RunConfigurationJson.Read(RunConfigurationJson.Write(RunPreset.Demo with { Steer = 2 })).Steer);
    }

    [Fact]
    public void Read_SweepOverSites_MakesOneDictionaryOfEach()
    {
        var read = RunConfigurationJson.Read("""{"preset":"demo","sweep":{"variant":"topk","k":[16],"features":[256,512],"sites":["mlp.post","mlp.out","resid.post"]}}""");
        Assert.Equal(
            [("0", "mlp.post", 256), ("1", "mlp.post", 512), ("2", "mlp.out", 256), ("3", "mlp.out", 512), ("4", "resid.post", 256), ("5", "resid.post", 512)],
            read.Dictionaries.Select(d => (d.Name, d.Site, d.Features)));
        Assert.All(read.Dictionaries, d => Assert.Equal(16, d.K));
        Assert.Empty(read.Problems());
    }

    [Fact]
    public void Read_Differences_AreLaidOverThePreset()
    {
        var read = RunConfigurationJson.Read("""
            {
              "preset": "demo", // says only what differs
              "transformer": { "layers": 2 },
              "dictionaries": [{ "features": 512 }, { "features": 4096, "name": "big", "lambda": 0.01 }],
              "sweep": { "features": [64], "lambda": [0.001, 0.002] },
            }
            """);
        Assert.Equal((2, 2048, 2_200_000), (read.Transformer.Layers, read.Transformer.Vocabulary, read.Transformer.Tokens));
        Assert.Equal(["0", "big", "1", "2"], read.Dictionaries.Select(d => d.Name));
        Assert.Equal([2_000_000, 10_000_000, 1_500_000, 1_500_000], read.Dictionaries.Select(d => d.Samples));
        Assert.Equal([5.6e-3f, 0.01f, 0.001f, 0.002f], read.Dictionaries.Select(d => d.Lambda));
    }

    [Theory]
    [InlineData("[]", "object")]
    [InlineData("{", "read")]
    [InlineData("""{"preset":"huge"}""", "huge")]
    [InlineData("""{"sed":1}""", "sed")]
    [InlineData("""{"transformer":{"layer":2}}""", "layer")]
    [InlineData("""{"dictionaries":[{"name":"1"}]}""", "features")]
    [InlineData("""{"model":null}""", "model: null")]
    [InlineData("""{"Model":null}""", "Model: null")]
    [InlineData("""{"preset":null}""", "preset: null")]
    [InlineData("""{"transformer":null}""", "transformer: null")]
    [InlineData("""{"transformer":{"layers":null}}""", "transformer.layers: null")]
    [InlineData("""{"corpus":["a",null]}""", "corpus[1]: null")]
    [InlineData("""{"dictionaries":null}""", "dictionaries: null")]
    [InlineData("""{"dictionaries":[null]}""", "dictionaries[0]: null")]
    [InlineData("""{"dictionaries":[{"features":64,"name":null}]}""", "dictionaries[0].name: null")]
    [InlineData("""{"sweep":null}""", "sweep: null")]
    [InlineData("""{"sweep":{"features":null}}""", "sweep.features: null")]
    [InlineData("""{"sweep":{"features":[64,null]}}""", "sweep.features[1]: null")]
    [InlineData("""{"sweep":{"features":[64],"lambda":null}}""", "sweep.lambda: null")]
    [InlineData("""{"sweep":{"features":[64],"variant":"topk","lambda":[0.1]}}""", "sweep.lambda: topk has no λ")]
    [InlineData("""{"sweep":{"features":[64],"k":[8]}}""", "sweep.k: paper-2023 does not fix k")]
    [InlineData("""{"sweep":{"features":[]}}""", "There are 0; a run has 1 to 64")]
    public void Read_NoConfiguration_SaysWhere(string json, string word) =>
        Assert.Contains(word, Assert.Throws<ArgumentException>(() => RunConfigurationJson.Read(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("samples")]
    [InlineData("batch")]
    [InlineData("learningRate")]
    public void Read_NullWhereASettingMayBeLeftOpen_IsNotGiven(string setting)
    {
        var open = RunConfigurationJson.Read($$$"""{"sweep":{"features":[64],"{{{setting}}}":null}}""");
        Assert.Equal(RunConfigurationJson.Write(RunConfigurationJson.Read("""{"sweep":{"features":[64]}}""")), RunConfigurationJson.Write(open));
    }

    [Fact]
    public void Read_NullOfASetting_NeverGetsThrough()
    {
        var settings = (System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(RunConfigurationJson.Write(RunPreset.Demo))!;
        foreach (var path in Paths(settings, string.Empty).ToList())
        {
            var copy = settings.DeepClone();
            System.Text.Json.Nodes.JsonNode at = copy;
            foreach (var step in path.Split('/')[1..^1])
            {
                at = int.TryParse(step, out var i) ? at[i]! : at[step]!;
            }

            var last = path.Split('/')[^1];
            if (int.TryParse(last, out var index)) { at[index] = null; } else { at[last] = null; }
            Assert.Contains("null is no value", Assert.Throws<ArgumentException>(() => RunConfigurationJson.Read(copy.ToJsonString())).Message, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Paths(System.Text.Json.Nodes.JsonNode? node, string path) => node switch
    {
        System.Text.Json.Nodes.JsonObject all => all.SelectMany(p => Paths(p.Value, $"{path}/{p.Key}").Prepend($"{path}/{p.Key}")),
        System.Text.Json.Nodes.JsonArray list => list.SelectMany((item, i) => Paths(item, $"{path}/{i}").Prepend($"{path}/{i}")),
        _ => [],
    };

    [Fact]
    public void Read_SweepBeyondCounting_IsRefusedBeforeItIsExpanded()
    {
        var list = string.Join(',', Enumerable.Range(1, 100_000));
        var message = Assert.Throws<ArgumentException>(() => RunConfigurationJson.Read($$$"""{"sweep":{"features":[{{{list}}}],"lambda":[{{{list}}}],"seeds":[{{{list}}}]}}""")).Message;
        Assert.Contains("sweep.features: There are 1000000000000000; a run has 1 to 64.", message, StringComparison.Ordinal);
        Assert.Contains("There are 100000;", Assert.Throws<ArgumentException>(() => RunConfigurationJson.Read(
            $$"""{"dictionaries":[{{string.Join(',', Enumerable.Repeat("{\"features\":64}", 100_000))}}]}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_SettingThatTheRecipeDoesNotRead_IsNamedWithTheRecipesThatDo()
    {
        var run = RunPreset.Demo with
        {
            Dictionaries =
            [
                DictionarySettings.For("1", 512) with { K = 8 },
                DictionarySettings.For("2", 512, "topk") with { Lambda = 0.5f, LambdaWarmup = 0.9 },
                DictionarySettings.For("3", 512, "gated"),
                DictionarySettings.For("4", 512, "matryoshka"),
            ],
        };
        Assert.Equal(["dictionaries[0].k", "dictionaries[1].lambda", "dictionaries[1].lambdaWarmup"], run.Problems().Select(p => p.Field).Order(StringComparer.Ordinal));
        Assert.Contains("topk, batchtopk, matryoshka", run.Problems()[0].Message, StringComparison.Ordinal);
        Assert.Contains("paper-2023, april-2024, jumprelu, gated", run.Problems()[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_Many_AreAllListedWithTheirFields()
    {
        var bad = RunPreset.Demo with
        {
            Model = "runs",
            Keep = "arabic",
            FormingShare = 2,
            IndexTokens = 0,
            Transformer = RunPreset.Demo.Transformer with { Heads = 3, Vocabulary = 100_000, LearningRate = float.NaN },
            Dictionaries =
            [
                DictionarySettings.For("1", 512) with { Variant = "magic", Lambda = -1 },
                DictionarySettings.For("1", 1) with { Site = "nowhere", Layer = 1, Batch = 0 },
            ],
        };
        Assert.Equal(
            [
                "dictionaries[0].lambda", "dictionaries[0].variant", "dictionaries[1].batch", "dictionaries[1].features", "dictionaries[1].layer",
                "dictionaries[1].name", "dictionaries[1].site", "formingShare", "indexTokens", "keep", "model", "transformer.heads",
                "transformer.learningRate", "transformer.vocabulary",
            ],
            bad.Problems().Select(p => p.Field).Order(StringComparer.Ordinal));
        var message = Assert.Throws<ArgumentException>(bad.Validate).Message;
        Assert.All(bad.Problems(), p => Assert.Contains(p.Message, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Presets_HaveNoProblems() => Assert.All(RunPreset.All, preset => Assert.Empty(preset.Problems()));

    [Fact]
    public void Expand_Combinations_GetFreeNumbersAndWhatSuitsTheirSize()
    {
        var made = new SweepSettings { Features = [512, 4096], Seeds = [5, 6] }.Expand(["1"], first: 1);
        Assert.Equal(["2", "3", "4", "5"], made.Select(d => d.Name));
        Assert.Equal([512, 512, 4096, 4096], made.Select(d => d.Features));
        Assert.Equal([5UL, 6UL, 5UL, 6UL], made.Select(d => d.Seed!.Value));
        Assert.Equal([2e-3f, 2e-3f, 1e-3f, 1e-3f], made.Select(d => d.LearningRate));
    }

    [Fact]
    public void Estimate_TwiceTheSamples_TakesLongerAndTheFloorIsTheProducts()
    {
        var speed = new MachineSpeed("here", 100);
        var one = RunEstimate.Of(RunPreset.Standard, speed);
        var two = RunEstimate.Of(
            RunPreset.Standard with { Dictionaries = [.. RunPreset.Standard.Dictionaries.Select(d => d with { Samples = 2 * d.Samples })] }, speed);
        Assert.True(two.Seconds > one.Seconds);
        Assert.Equal(one.Stages[1], two.Stages[1]);
        // 2 · n · m operations for each vector: 2 · 512 · 4,096 at 10¹¹ a second.
        Assert.Equal(1e11 / (2 * 512 * 4096), one.Floors["A/1"], 6);
        Assert.True(one.MemoryBytes is > 200_000_000 and < 4_000_000_000L, $"{one.MemoryBytes}");
    }
}
