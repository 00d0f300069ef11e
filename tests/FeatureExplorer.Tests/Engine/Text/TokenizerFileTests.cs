using System.Text;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Tests.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Engine.Text;

public sealed class TokenizerFileTests : IDisposable
{
    private const string Sample = "low lower lowest\nnewer newest wider\nשלום שלום \"quoted\" \\ é é";

    private readonly TemporaryFolder _folder = new();
    private readonly ByteLevelTokenizer _tokenizer = TokenizerTrainerTests.Train(string.Concat(Enumerable.Repeat(Sample, 4)), 300);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Save_ThenLoad_EncodesAlike()
    {
        var file = _folder.At("tokenizer.json");
        _tokenizer.Save(file);
        var loaded = ByteLevelTokenizer.Load(file);

        Assert.Equal(_tokenizer.Hash, loaded.Hash);
        Assert.Equal(_tokenizer.Encode(Sample), loaded.Encode(Sample));
        Assert.Equal(["tokenizer.json", "tokenizer.json.sums"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Save_Structure_IsByteLevelBpe()
    {
        var json = Saved();

        Assert.Equal("<|endoftext|>", (string?)json["added_tokens"]![0]!["content"]);
        Assert.Equal(0, (int)json["added_tokens"]![0]!["id"]!);
        Assert.Equal("Split", (string?)json["pre_tokenizer"]!["pretokenizers"]![0]!["type"]);
        Assert.Equal("Isolated", (string?)json["pre_tokenizer"]!["pretokenizers"]![0]!["behavior"]);
        Assert.False((bool)json["pre_tokenizer"]!["pretokenizers"]![1]!["use_regex"]!);
        Assert.False((bool)json["pre_tokenizer"]!["pretokenizers"]![1]!["add_prefix_space"]!);
        Assert.Equal("ByteLevel", (string?)json["decoder"]!["type"]);
        var vocabulary = json["model"]!["vocab"]!.AsObject();
        Assert.Equal(_tokenizer.VocabularySize, vocabulary.Count);
        Assert.Equal(33, (int)vocabulary["Ġ"]!);
        Assert.Equal(11, (int)vocabulary["Ċ"]!);
        Assert.Equal(1 + 0xC3, (int)vocabulary["Ã"]!);
        Assert.Equal(1 + 0xAD, (int)vocabulary["Ń"]!);
        Assert.Equal(257, (int)vocabulary[string.Concat(json["model"]!["merges"]![0]!.AsArray().Select(part => (string?)part))]!);
    }

    [Fact]
    public void Load_MergesAsStrings_EncodesAlike()
    {
        var json = Saved();
        var merges = json["model"]!["merges"]!.AsArray().Select(pair => $"{pair![0]} {pair[1]}").ToArray();
        json["model"]!["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]);

        Assert.Equal(_tokenizer.Hash, Load(json).Hash);
    }

    [Theory]
    [InlineData("WordPiece", "not BPE")]
    [InlineData("vocab", "\"vocab\"")]
    [InlineData("byte", "must have id 98")]
    [InlineData("merge", "merge 0")]
    [InlineData("missing merge", "tokens, but")]
    [InlineData("short merge", "a merge is two tokens")]
    [InlineData("normalizer", "normalizer")]
    [InlineData("pattern", "regular expression")]
    [InlineData("prefix", "continuing_subword_prefix")]
    [InlineData("id", "not a whole number")]
    public void Load_UnusableFile_SaysWhy(string damage, string message)
    {
        var json = Saved();
        var model = json["model"]!;
        switch (damage)
        {
            case "WordPiece":
                model["type"] = "WordPiece";
                break;
            case "vocab":
                model["vocab"] = null;
                break;
            case "byte":
                model["vocab"]!["a"] = 99;
                break;
            case "merge":
                model["merges"]![0] = new JsonArray("a", "zzz");
                break;
            case "missing merge":
                model["merges"]!.AsArray().RemoveAt(model["merges"]!.AsArray().Count - 1);
                break;
            case "short merge":
                model["merges"]![0] = "abc";
                break;
            case "normalizer":
                json["normalizer"] = new JsonObject { ["type"] = "NFC" };
                break;
            case "pattern":
                json["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = @"\s+";
                break;
            case "prefix":
                model["continuing_subword_prefix"] = "##";
                break;
            case "id":
                model["vocab"]!["Ġ"] = "x";
                break;
        }

        var exception = Assert.Throws<InvalidDataException>(() => Load(json));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("changed.json", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{\"model\": 3}")]
    [InlineData("{\"model\": {\"type\": 3}}")]
    public void Load_NoTokenizer_NamesTheFile(string text)
    {
        var file = _folder.Write("foreign.json", text);
        var exception = Assert.Throws<InvalidDataException>(() => ByteLevelTokenizer.Load(file));
        Assert.Contains("foreign.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TruncatedFile_IsRefused()
    {
        var file = _folder.At("tokenizer.json");
        _tokenizer.Save(file);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..2000]);
        Assert.Equal(file, Assert.Throws<DamagedFileException>(() => ByteLevelTokenizer.Load(file)).FilePath);
        File.Delete(BlockChecksums.FileOf(file));
        Assert.Contains("not valid JSON", Assert.Throws<InvalidDataException>(() => ByteLevelTokenizer.Load(file)).Message, StringComparison.Ordinal);
    }

    private JsonNode Saved()
    {
        var file = _folder.At("tokenizer.json");
        _tokenizer.Save(file);
        return JsonNode.Parse(File.ReadAllText(file, Encoding.UTF8))!;
    }

    private ByteLevelTokenizer Load(JsonNode json) => ByteLevelTokenizer.Load(_folder.Write("changed.json", json.ToJsonString()));
}
