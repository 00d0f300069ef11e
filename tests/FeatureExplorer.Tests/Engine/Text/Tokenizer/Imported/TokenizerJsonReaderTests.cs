using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>Files that are damaged, contradict themselves or ask for what is not supported: each is refused with the file, the place and the value.</summary>
public sealed class TokenizerJsonReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"AA=="}""", "normalizer is the normalizer \"Precompiled\", which is not supported")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]}""", "normalizer.normalizers[1] is the normalizer \"Lowercase\"")]
    [InlineData("normalizer", """{"type":"Prepend"}""", "normalizer.prepend is missing; it has to be a text")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Glob":"*"},"content":""}""", "normalizer.pattern is {\"Glob\":\"*\"}; it has to be an object with \"String\" or \"Regex\"")]
    [InlineData("normalizer", "3", "normalizer is 3; it has to be an object")]
    [InlineData("pre_tokenizer", """{"type":"WhitespaceSplit"}""", "pre_tokenizer is the pre-tokenizer \"WhitespaceSplit\"")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(?<=a)b"},"behavior":"Isolated"}""", "pre_tokenizer.pattern: a regular expression has \"(?<=\" at character 1, which is not supported")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a"},"behavior":"Dropped"}""", "pre_tokenizer.behavior is \"Dropped\"; it has to be \"Removed\", \"Isolated\"")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]}""", "pre_tokenizer.pretokenizers[1] is a \"Digits\" after \"ByteLevel\"")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"sometimes"}""", "prepend_scheme is \"sometimes\"; it has to be \"always\", \"first\" or \"never\"")]
    [InlineData("pre_tokenizer", """{"type":"ByteLevel","use_regex":"yes"}""", "pre_tokenizer.use_regex is \"yes\"; it has to be true or false")]
    [InlineData("post_processor", """{"type":"RobertaProcessing"}""", "post_processor is the post-processor \"RobertaProcessing\"")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<x>","type_id":0}},{"Sequence":{"id":"A"}}],"special_tokens":{}}""", "post_processor.special_tokens.<x> is missing")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<x>","type_id":0}},{"Sequence":{"id":"A"}}],"special_tokens":{"<x>":{"ids":[99]}}}""", "post_processor names the id 99, which is no token")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "decoder is the decoder \"WordPiece\"")]
    [InlineData("model.type", "\"Unigram\"", "model is a \"Unigram\"; only \"BPE\" can be used")]
    [InlineData("model.dropout", "0.1", "model.dropout is 0.1, which is not supported")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix is \"</w>\"")]
    [InlineData("model.unk_token", "\"<none>\"", "model.unk_token is \"<none>\", which is no token of the vocabulary")]
    [InlineData("model.vocab", "[\"a\"]", "model.vocab is [\"a\"]; it has to be an object of tokens and their ids")]
    [InlineData("model.vocab", "{}", "model.unk_token is \"<unk>\", which is no token")]
    [InlineData("model.vocab.a", "-1", "model.vocab[\"a\"] is -1; it has to be a token id, a whole number from 0 to")]
    [InlineData("model.vocab.a", "2.5", "model.vocab[\"a\"] is 2.5; it has to be a token id")]
    [InlineData("model.vocab.a", "\"3\"", "model.vocab[\"a\"] is \"3\"; it has to be a token id")]
    [InlineData("model.vocab.a", "1", "id 1 belongs to two tokens, \"<s>\" and \"a\"")]
    [InlineData("model.vocab.a", "4000000", "model.vocab has 6 tokens, but ids up to 4,000,000; nearly all of these ids have no token")]
    [InlineData("model.vocab.a", "99999999999", "model.vocab[\"a\"] is 99999999999; it has to be a token id")]
    [InlineData("model.merges", "null", "model.merges is null; it has to be a list")]
    [InlineData("model.merges", """["a b"]""", null)]
    [InlineData("model.merges", """[["a","b"]]""", null)]
    [InlineData("model.merges", """["a c"]""", "model.merges[0] names \"c\", which is no token of the vocabulary")]
    [InlineData("model.merges", """["a b","b a"]""", "model.merges[1] names \"ba\", which is no token of the vocabulary")]
    [InlineData("model.merges", """["ab"]""", "model.merges[0] is \"ab\"; it has to be two tokens with one space between")]
    [InlineData("model.merges", """["a b "]""", "model.merges[0] is \"a b \"; it has to be two tokens with one space between")]
    [InlineData("model.merges", """[["a"]]""", "model.merges[0] is [\"a\"]; it has to be two tokens")]
    [InlineData("model.merges", """[7]""", "model.merges[0] is 7; it has to be two tokens")]
    [InlineData("added_tokens", """[{"id":3,"content":"<x>"}]""", "added_tokens[0] gives \"<x>\" the id 3, which is \"a\" in the vocabulary")]
    [InlineData("added_tokens", """[{"id":9,"content":"a"}]""", "added_tokens[0] gives \"a\" the id 9, but the vocabulary gives it 3")]
    [InlineData("added_tokens", """[{"id":6,"content":"<x>"},{"id":6,"content":"<y>"}]""", "added_tokens[1].id is 6, which belongs to \"<x>\" already")]
    [InlineData("added_tokens", """[{"content":"<x>"}]""", "added_tokens[0].id is missing; it has to be a token id")]
    [InlineData("added_tokens", """[{"id":6,"content":""}]""", "added_tokens[0].content is \"\"; it has to be a text of 1 to")]
    [InlineData("added_tokens", """[{"id":6,"content":"<x>","lstrip":1}]""", "added_tokens[0].lstrip is 1; it has to be true or false")]
    [InlineData("added_tokens", """[{"id":9,"content":"<x>"}]""", null)]
    [InlineData("added_tokens", """[{"id":9000000,"content":"<x>"}]""", "added_tokens[0].id is 9000000; it has to be a token id")]
    public void Load_OneFieldChanged_IsRefusedByNameUnlessItCanBeUsed(string field, string value, string? message)
    {
        var json = SmallTokenizer.Json(["a", "b", "ab"], []);
        var path = field.Split('.');
        var parent = path[..^1].Aggregate((JsonNode)json, static (node, name) => node[name]!);
        parent[path[^1]] = JsonNode.Parse(value);
        var file = _folder.Write("tokenizer.json", json.ToJsonString());
        if (message is null)
        {
            Assert.NotEqual(0, TokenizerFiles.Load(file).VocabularySize);
            return;
        }

        var found = Assert.Throws<InvalidDataException>(() => TokenizerFiles.Load(file)).Message;
        Assert.StartsWith(file, found, StringComparison.Ordinal);
        Assert.Contains(message, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileCutAnywhere_IsRefused()
    {
        var text = SmallTokenizer.Json(["a", "b", "ab"], ["a b"], normalizer: """{"type":"NFC"}""").ToJsonString();
        for (var length = 0; length < text.Length; length += 7)
        {
            Assert.Throws<InvalidDataException>(() => TokenizerFiles.Load(_folder.Write("cut.json", text[..length])));
        }
    }

    [Fact]
    public void Load_TokenTwice_IsRefused()
    {
        var text = SmallTokenizer.Json(["a", "b"], []).ToJsonString().Replace("\"b\":4", "\"a\":4", StringComparison.Ordinal);
        Assert.Contains("the token \"a\" is in the vocabulary twice, with ids 3 and 4", Assert.Throws<InvalidDataException>(() => TokenizerFiles.Load(_folder.Write("twice.json", text))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_IdsWithGaps_LeavesThemWithoutText()
    {
        var json = SmallTokenizer.Json(["a", "b"], []);
        json["model"]!["vocab"]!["b"] = 6;
        var tokenizer = SmallTokenizer.Load(json);
        Assert.Equal(7, tokenizer.VocabularySize);
        Assert.True(tokenizer.IsSpecial(4));
        Assert.Equal("", tokenizer.Spelling(5));
        Assert.Equal("⟨no token 5⟩", new FeatureExplorer.Engine.Text.TokenText(tokenizer).Of(5));
        Assert.Equal("⟨s⟩", new FeatureExplorer.Engine.Text.TokenText(tokenizer).Of(1));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"tokenizer\"")]
    [InlineData("{}")]
    public void Load_OtherJson_IsRefused(string text) =>
        Assert.Contains("is not a tokenizer that can be used here", Assert.Throws<InvalidDataException>(() => TokenizerFiles.Load(_folder.Write("other.json", text))).Message, StringComparison.Ordinal);
}
