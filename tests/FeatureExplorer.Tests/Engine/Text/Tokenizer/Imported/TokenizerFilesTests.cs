using System.Buffers.Binary;
using System.Text;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Text.Tokenizer.Imported;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>The tokenizer beside a model, in each of its forms, and the tokens that begin and end a text.</summary>
public sealed class TokenizerFilesTests : IDisposable
{
    private const string Template = """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, null, null, false, "bos  eos  before ")]
    [InlineData(null, null, null, true, "bos  eos  before 1")]
    [InlineData("""{"bos_token":"<s>","eos_token":{"content":"</s>","lstrip":false}}""", null, null, true, "bos 1 eos 2 before 1")]
    [InlineData("""{"bos_token":"<s>","add_bos_token":true}""", null, null, false, "bos 1 eos  before 1")]
    [InlineData("""{"bos_token":"<s>","add_bos_token":false}""", null, null, true, "bos 1 eos  before ")]
    [InlineData("""{"bos_token":null,"eos_token":"a",}""", null, null, false, "bos  eos 3 before ")]
    [InlineData("{}", """{"bos_token":"<s>","eos_token":"</s>"}""", null, false, "bos 1 eos 2 before ")]
    [InlineData("""{"eos_token":"<s>"}""", """{"eos_token":"</s>"}""", """{"eos_token_id":0}""", false, "bos  eos 1 before ")]
    [InlineData(null, null, """{"bos_token_id":0,"eos_token_id":[2,1]}""", false, "bos 0 eos 2 before ")]
    [InlineData(null, null, """{"bos_token_id":-1,"eos_token_id":null}""", false, "bos  eos  before ")]
    public void LoadOfModel_FilesBeside_NameTheMarks(string? settings, string? map, string? model, bool hasTemplate, string expected)
    {
        _folder.Write("tokenizer.json", SmallTokenizer.Json(["a"], [], postProcessor: hasTemplate ? Template : null).ToJsonString());
        foreach (var (name, text) in new[] { ("tokenizer_config.json", settings), ("special_tokens_map.json", map), ("config.json", model) })
        {
            if (text is not null)
            {
                _folder.Write(name, text);
            }
        }

        var tokenizer = (ImportedTokenizer)TokenizerFiles.LoadOfModel(_folder.Path);
        Assert.Equal(expected, Show(tokenizer));

        // What has been written knows them without the files beside.
        tokenizer.Save(_folder.At("saved-tokenizer.json"));
        var saved = (ImportedTokenizer)TokenizerFiles.Load(_folder.At("saved-tokenizer.json"));
        Assert.Equal(expected, Show(saved));
        Assert.Equal(tokenizer.Hash, saved.Hash);
        Assert.Same(saved, TokenizerFiles.Load(_folder.At("saved-tokenizer.json")));

        static string Show(ImportedTokenizer tokenizer) => $"bos {tokenizer.BeginningOfText} eos {tokenizer.EndOfText} before {string.Join(' ', tokenizer.Before)}";
    }

    [Theory]
    [InlineData("""{"bos_token":"<bos>"}""", "give \"<bos>\" as bos_token, which is no token of its vocabulary")]
    [InlineData("""{"bos_token":3}""", "bos_token is 3; it has to be a text")]
    [InlineData("{", "tokenizer_config.json is not valid JSON")]
    public void LoadOfModel_WrongSettings_AreRefused(string settings, string message)
    {
        _folder.Write("tokenizer.json", SmallTokenizer.Json(["a"], []).ToJsonString());
        _folder.Write("tokenizer_config.json", settings);
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => TokenizerFiles.LoadOfModel(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocab.json", "merges.txt")]
    [InlineData("encoder.json", "vocab.bpe")]
    public void LoadOfModel_Gpt2Files_EncodesBytes(string vocabulary, string merges)
    {
        _folder.Write(vocabulary, """{"<|endoftext|>":0,"Ġ":1,"h":2,"i":3,"hi":4,"Ġhi":5,"Ã":6,"©":7}""");
        _folder.Write(merges, "#version: 0.2\nh i\nĠ hi\n");
        var tokenizer = (ImportedTokenizer)TokenizerFiles.LoadOfModel(_folder.Path);
        Assert.Equal("hi[0..2] Ġhi[2..5] Ã[5..6] ©[6..7]", SmallTokenizer.Show(tokenizer, "hi hié"));
        Assert.Equal((0, 0, 0), (tokenizer.BeginningOfText, tokenizer.EndOfText, tokenizer.DocumentMark));
        Assert.Empty(tokenizer.Before);
    }

    [Theory]
    [InlineData("h i\nĠ hi\n", null)]
    [InlineData("#version: 0.2\r\nh i\r\n", null)]
    [InlineData("#version: 0.2\nh i\nh o\n", "line 3 of merges.txt names \"o\", which is no token")]
    [InlineData("#version: 0.2\nhi\n", "line 2 of merges.txt is \"hi\"; it has to be two tokens")]
    public void LoadOfModel_Gpt2Merges_AreChecked(string merges, string? message)
    {
        _folder.Write("vocab.json", """{"Ġ":1,"h":2,"i":3,"hi":4,"Ġhi":5,"ho":0}""");
        _folder.Write("merges.txt", merges);
        if (message is null)
        {
            Assert.Equal(6, TokenizerFiles.LoadOfModel(_folder.Path).VocabularySize);
        }
        else
        {
            Assert.Contains(message, Assert.Throws<InvalidDataException>(() => TokenizerFiles.LoadOfModel(_folder.Path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void LoadOfModel_ScoredVocabulary_MergesBestScoreFirst()
    {
        var (tokens, scores) = Scored();
        var file = _folder.Write("tokenizer.bin", Binary(tokens, scores));
        var tokenizer = (ImportedTokenizer)TokenizerFiles.LoadOfModel(_folder.Path);
        Assert.Equal((1, 2, 1), (tokenizer.BeginningOfText, tokenizer.EndOfText, tokenizer.Before.Single()));
        var random = new CounterRandom(4);
        for (var i = 0; i < 300; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 1 + (i % 25)).Select(k => "abcd é🤗\n"[(int)random.Bounded((ulong)((i * 100) + k), 6)])).Replace("\uD83E", "🤗", StringComparison.Ordinal);
            var ids = new List<int>();
            tokenizer.Encode(Encoding.UTF8.GetBytes(text), withSpecial: false, ids, null);
            Assert.Equal(Merge(tokens, scores, text), ids);
            Assert.Equal(text, Encoding.UTF8.GetString(tokenizer.Decode([1, .. ids.Select(static id => id)])));
        }

        Assert.Equal(tokenizer.Hash, TokenizerFiles.LoadOfModel(file).Hash);
        tokenizer.Save(_folder.At("saved.json"));
        SameTokenizer.Check(tokenizer, TokenizerFiles.Load(_folder.At("saved.json")));
    }

    [Fact]
    public void LoadOfModel_ScoredVocabularyCutAnywhere_IsRefused()
    {
        var (tokens, scores) = Scored();
        var bytes = Binary(tokens, scores);
        foreach (var length in (int[])[0, 4, 7, 20, 100, bytes.Length - 1, bytes.Length - 5])
        {
            Assert.Throws<InvalidDataException>(() => TokenizerFiles.LoadOfModel(_folder.Write("tokenizer.bin", bytes[..length])));
        }

        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), int.MaxValue);
        Assert.Contains("token 0, at byte 4, has a length of 2147483647 bytes", Assert.Throws<InvalidDataException>(() => TokenizerFiles.LoadOfModel(_folder.Write("tokenizer.bin", bytes))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoadOfModel_NoTokenizer_TellsWhatItLooksFor()
    {
        Assert.Contains("neither tokenizer.json, nor vocab.json (or encoder.json) with merges.txt", Assert.Throws<FileNotFoundException>(() => TokenizerFiles.LoadOfModel(_folder.Path)).Message, StringComparison.Ordinal);
        _folder.Write("tokenizer.model", "SentencePiece");
        Assert.Contains("save the tokenizer as tokenizer.json", Assert.Throws<FileNotFoundException>(() => TokenizerFiles.LoadOfModel(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TokenizerThatWasTrainedHere_IsItself()
    {
        var trained = TokenizerTrainerTests.Train("low lower lowest low lower lowest", 270);
        trained.Save(_folder.At("tokenizer.json"));
        Assert.IsType<ByteLevelTokenizer>(TokenizerFiles.Load(_folder.At("tokenizer.json")));
        Assert.Equal(trained.Hash, TokenizerFiles.LoadOfModel(_folder.Path).Hash);
    }

    private static (List<string> Tokens, List<float> Scores) Scored()
    {
        List<string> tokens = ["<unk>", "\n<s>\n", "\n</s>\n", .. Enumerable.Range(0, 256).Select(static value => $"<0x{value:X2}>"), " ", "a", "b", "c", "d", "é", "ab", " a", "bc", "abc", "cd", " ab", "  ", "abcd", "aa", "bb", " é"];
        var random = new CounterRandom(9);
        return (tokens, [.. tokens.Select((_, id) => id < 265 ? 0f : -(float)random.Uniform((ulong)id))]);
    }

    private static byte[] Binary(List<string> tokens, List<float> scores)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(27);
        foreach (var (token, score) in tokens.Zip(scores))
        {
            writer.Write(score);
            writer.Write(Encoding.UTF8.GetByteCount(token));
            writer.Write(Encoding.UTF8.GetBytes(token));
        }

        return stream.ToArray();
    }

    // As llama2.c does it: a space in front, characters or bytes, then again and again the two neighbours whose token has the best score.
    private static List<int> Merge(List<string> tokens, List<float> scores, string text)
    {
        List<int> ids = [tokens.IndexOf(" ")];
        foreach (var letter in text.EnumerateRunes().Select(static rune => rune.ToString()))
        {
            ids.AddRange(tokens.IndexOf(letter) is >= 0 and var id ? [id] : Encoding.UTF8.GetBytes(letter).Select(static value => value + 3));
        }

        while (true)
        {
            var (best, at, merged) = (float.NegativeInfinity, -1, 0);
            for (var i = 0; i + 1 < ids.Count; i++)
            {
                var id = tokens.IndexOf(tokens[ids[i]] + tokens[ids[i + 1]]);
                if (id >= 0 && scores[id] > best)
                {
                    (best, at, merged) = (scores[id], i, id);
                }
            }

            if (at < 0)
            {
                return ids;
            }

            ids[at] = merged;
            ids.RemoveAt(at + 1);
        }
    }
}
