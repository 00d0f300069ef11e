using System.Text;
using System.Text.Json;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Text.Tokenizer.Imported;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>All components in combinations that no one uses, against Hugging Face's own library (Fixtures/tokenizer-pipelines.json, made by tests/tokenizers/reference).</summary>
public sealed class FuzzedPipelinesTests
{
    private const int SavedEach = 10;

    [Fact]
    public void Encode_RandomPipelines_GivesTheIdsOfTheReference()
    {
        using var folder = new TemporaryFolder();
        var expected = JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "tokenizer-pipelines.json")))!;
        Assert.Equal(FuzzedPipelines.Count, expected.Length);
        for (var number = 0; number < FuzzedPipelines.Count; number++)
        {
            var json = FuzzedPipelines.Make(number);
            var tokenizer = (ImportedTokenizer)TokenizerFiles.Load(folder.Write($"{number}.json", json));
            var ids = FuzzedPipelines.TextsOf(number).Select(text => Ids(tokenizer, text)).ToList();
            Assert.True(expected[number] == TokenizerOracle.Hash(ids), $"Pipeline {number} encodes otherwise: {json[..Math.Min(json.Length, 1_500)]}");

            if (number % SavedEach == 0)
            {
                tokenizer.Save(folder.At("saved.json"));
                var saved = (ImportedTokenizer)TokenizerFiles.Load(folder.At("saved.json"));
                Assert.Equal(tokenizer.Hash, saved.Hash);
                Assert.Equal(ids, FuzzedPipelines.TextsOf(number).Select(text => Ids(saved, text)));
            }
        }
    }

    private static List<int> Ids(ImportedTokenizer tokenizer, string text)
    {
        var (ids, ends) = (new List<int>(), new List<int>());
        var bytes = Encoding.UTF8.GetBytes(text);
        tokenizer.Encode(bytes, withSpecial: true, ids, ends);
        Assert.Equal(ids.Count, ends.Count);
        Assert.Equal(ends.Order(), ends);
        Assert.True(ends.Count == 0 || ends[^1] == bytes.Length);
        return ids;
    }
}
