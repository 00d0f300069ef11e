using System.Text.Json;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Transformer;

public sealed class TransformerConfigTests
{
    /// <summary>Runs tell by it whether a model is theirs: one that an earlier version trained has to stay so.</summary>
    [Fact]
    public void Json_OfThePapersArchitecture_IsThatOfEarlierVersions() => Assert.Equal(
        """{"Layers":1,"DModel":128,"DMlp":512,"Heads":4,"Context":256,"VocabularySize":2048,"LayerNormEpsilon":1E-05,"HeadSize":32}""",
        JsonSerializer.Serialize(new TransformerConfig { VocabularySize = 2048 }));

    [Fact]
    public void Json_OfAnotherArchitecture_TellsThemApart()
    {
        string[] all = [.. Architectures.All.Select(static name => JsonSerializer.Serialize(Architectures.Of(name)))];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Theory]
    [InlineData(0, "Layers is 0")]
    [InlineData(1001, "Layers is 1001")]
    public void Validate_ImpossibleSize_IsNamed(int layers, string says) => Assert.Contains(
        says, Assert.Throws<ArgumentException>(() => new TransformerConfig { VocabularySize = 50, Layers = layers }.Validate()).Message, StringComparison.Ordinal);

    [Fact]
    public void Validate_WindowsOfOtherLayers_AreRefused() => Assert.Contains(
        "Windows has 1 numbers for 2 layers",
        Assert.Throws<ArgumentException>(() => new TransformerConfig { VocabularySize = 50, Layers = 2, Architecture = new ModelArchitecture { Windows = [4] } }.Validate()).Message, StringComparison.Ordinal);
}
