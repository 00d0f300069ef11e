using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Transformer;

public class ShuffledWeightsTests
{
    private static readonly TransformerConfig Config = new() { VocabularySize = 60, Layers = 2, DModel = 16, DMlp = 32, Heads = 2, Context = 16 };

    [Fact]
    public void Shuffle_EveryMatrix_KeepsItsEntriesInAnotherOrderAndNothingElseChanges()
    {
        using var before = TransformerModel.Create(Config, 1);
        using var after = TransformerModel.Create(Config, 1);
        ShuffledWeights.Shuffle(after, 5);

        foreach (var item in before.Parameters.Items)
        {
            var (old, now) = (before.Parameters.Span(item.Name).ToArray(), after.Parameters.Span(item.Name).ToArray());
            Assert.Equal(old.Order(), now.Order());
            if (item.IsMatrix)
            {
                Assert.True(old.Zip(now).Count(p => p.First == p.Second) < old.Length / 10, item.Name);
            }
            else
            {
                Assert.Equal(old, now);
            }
        }
    }

    [Fact]
    public void Shuffle_SameSeed_SameOrder()
    {
        Assert.Equal(Hash(5), Hash(5));
        Assert.NotEqual(Hash(5), Hash(6));

        static string Hash(ulong seed)
        {
            using var model = TransformerModel.Create(Config, 1);
            ShuffledWeights.Shuffle(model, seed);
            return model.Hash;
        }
    }
}
