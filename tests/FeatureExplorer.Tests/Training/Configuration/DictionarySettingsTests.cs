using System.Numerics.Tensors;
using System.Text.Json;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Tests.Engine.Dictionaries;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Tests.Training.Configuration;

public sealed class DictionarySettingsTests
{
    [Fact]
    public void Options_OwnStart_GivesTwoSizesOtherFirstDirections_AndTheSameSettingsTheSame()
    {
        var (small, large) = (Start(Settings(24, ownStart: true)), Start(Settings(48, ownStart: true)));
        Assert.True(Alike(small, large) < 0.5, $"{Alike(small, large):0.00} of the features start alike");
        Assert.Equal(small, Start(Settings(24, ownStart: true) with { Name = "other" }));

        // As runs did that were recorded before.
        Assert.Equal(1, Alike(Start(Settings(24, ownStart: false)), Start(Settings(48, ownStart: false))));
    }

    [Fact]
    public void Options_OfARecordedConfiguration_AreWhatTheyWere()
    {
        var recorded = RunConfigurationJson.Read("""{"preset":"custom","dictionaries":[{"name":"0","features":512}]}""").Dictionaries[0];
        Assert.DoesNotContain("ownStart", RunConfigurationJson.Write(RunPreset.Demo with { Dictionaries = [recorded] }), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Stream", JsonSerializer.Serialize(recorded.Options(1)), StringComparison.Ordinal);
        Assert.NotNull(RunConfigurationJson.ReadNew("""{"dictionaries":[{"features":512}]}""", null).Dictionaries[0].Options(1).Stream);
        Assert.All(RunConfigurationJson.Read(RunConfigurationJson.Write(RunPreset.Standard)).Dictionaries, static settings => Assert.True(settings.OwnStart));
    }

    private static DictionarySettings Settings(int features, bool ownStart) => DictionarySettings.For("0", features) with { Samples = 64, Batch = 64, OwnStart = ownStart };

    private static float[][] Start(DictionarySettings settings)
    {
        using var trainer = new DictionaryTrainer(new PlantedSource(inputs: 24, planted: 40, active: 3, seed: 9), settings.Options(5));
        using var dictionary = trainer.Train();
        return [.. Enumerable.Range(0, settings.Features).Select(feature => dictionary.DecoderRow(feature).ToArray())];
    }

    /// <summary>Share of the smaller dictionary's features whose nearest in the larger one has the same place.</summary>
    private static double Alike(float[][] small, float[][] large) => small.Select((row, i) =>
        Enumerable.Range(0, large.Length).MaxBy(j => TensorPrimitives.Dot<float>(row, large[j])) == i ? 1.0 : 0).Average();
}
