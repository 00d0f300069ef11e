using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Text.Tokenizer.Imported;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>What tokens cover and stand for, by hand; which ids there are is compared with the field's own programs elsewhere.</summary>
public sealed class ImportedTokenizerTests
{
    private const string Words = """{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}""";
    private const string Spaces = """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""";
    private const string Bytes = """{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}""";

    private static readonly string[] Letters = ["▁", "a", "b", "c", "é", "<0xF0>", "<0x9F>", "<0xA4>", "<0x97>", "▁a", "ab", "▁▁"];
    private static readonly string[] Merges = ["▁ a", "a b", "▁ ▁"];

    [Theory]
    [InlineData("ab", "▁a[0..1] b[1..2]")]
    [InlineData(" ab", "▁[0..0] ▁a[0..2] b[2..3]")]
    [InlineData("b", "▁[0..0] b[0..1]")]
    [InlineData("b a", "▁[0..0] b[0..1] ▁a[1..3]")]
    [InlineData("é🤗", "▁[0..0] é[0..2] <0xF0>[2..3] <0x9F>[3..4] <0xA4>[4..5] <0x97>[5..6]")]
    [InlineData("bzza", "▁[0..0] b[0..1] <unk>[1..3] a[3..4]")]
    [InlineData("a<s>b", "▁a[0..1] <s>[1..4] ▁[4..4] b[4..5]")]
    public void Encode_SentencePieceLike_CoversTheSource(string text, string expected) => Assert.Equal(expected, SmallTokenizer.Show(SentencePieceLike(), text));

    [Fact]
    public void Encode_SpecialTokensAsText_AreLetters() => Assert.Equal("▁a[0..1] <unk>[1..4] b[4..5]", SmallTokenizer.Show(SentencePieceLike(), "a<s>b", withSpecial: false));

    [Fact]
    public void Encode_InvalidBytes_AreCoveredByTheTokenOfTheirReplacement()
    {
        var tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(["a", "ï", "¿", "½", "ï¿", "ï¿½"], ["ï ¿", "ï¿ ½"], preTokenizer: Bytes));
        Assert.Equal("a[0..1] ï¿½[1..3] ï¿½[3..4] a[4..5]", SmallTokenizer.Show(tokenizer, [(byte)'a', 0xE2, 0x82, 0xFF, (byte)'a']));
    }

    [Theory]
    [InlineData("e\u0301a", "é[0..3] a[3..4]")]
    [InlineData("ae\u0301", "a[0..1] é[1..4]")]
    [InlineData("\u212B", "<unk>[0..3]")]
    public void Encode_ComposedCharacters_CoverWhatTheyWere(string text, string expected) =>
        Assert.Equal(expected, SmallTokenizer.Show(SmallTokenizer.Load(SmallTokenizer.Json(["a", "é"], [], normalizer: """{"type":"NFC"}""")), text));

    [Fact]
    public void Encode_ComposedBytes_FirstTokenCoversAll()
    {
        var tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(["Ã", "©", "a"], [], normalizer: """{"type":"NFC"}""", preTokenizer: Bytes));
        Assert.Equal("Ã[0..3] ©[3..3] a[3..4]", SmallTokenizer.Show(tokenizer, "e\u0301a"));
    }

    [Theory]
    [InlineData("a <x> b", "a[0..1] <x>[1..6] b[6..7]")]
    [InlineData("a<x>b", "a[0..1] <x>[1..4] b[4..5]")]
    public void Encode_AddedTokenThatTakesSpace_CoversIt(string text, string expected)
    {
        var json = SmallTokenizer.Json(["a", "b"], []);
        json["added_tokens"]!.AsArray().Add(JsonNode.Parse("""{"id":5,"content":"<x>","lstrip":true,"rstrip":true,"normalized":false}"""));
        Assert.Equal(expected, SmallTokenizer.Show(SmallTokenizer.Load(json), text));
    }

    [Fact]
    public void Bytes_OfTokens_AreTheirText()
    {
        var tokenizer = SentencePieceLike();
        Assert.Equal(" a", Text(tokenizer, "▁a"));
        Assert.Equal("  ", Text(tokenizer, "▁▁"));
        Assert.Equal([0x9F], tokenizer.Bytes(Id(tokenizer, "<0x9F>")).ToArray());
        Assert.Equal("", Text(tokenizer, "<s>"));
        Assert.Equal("", Text(tokenizer, "<unk>"));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(tokenizer.IsSpecial));
        Assert.True(tokenizer.IsSpecial(tokenizer.VocabularySize));
        Assert.Empty(tokenizer.Bytes(tokenizer.VocabularySize).ToArray());
    }

    [Fact]
    public void Bytes_RawCharactersOfByteLevel_StandForThemselves()
    {
        var tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(["Ġa", "\n", "\u203C", "Ċ"], [], preTokenizer: Bytes));
        Assert.Equal([" a", "\n", "\u203C", "\n"], Enumerable.Range(3, 4).Select(id => Encoding.UTF8.GetString(tokenizer.Bytes(id))));
    }

    [Theory]
    [InlineData("ab")]
    [InlineData(" ab  é🤗")]
    [InlineData("b")]
    [InlineData("")]
    public void Decode_AfterAMark_IsTheText(string text)
    {
        ITokenizer tokenizer = SentencePieceLike(bytes: true);
        Assert.Equal(text, Encoding.UTF8.GetString(tokenizer.Decode([1, .. tokenizer.Encode(text)])));
    }

    [Fact]
    public void Encode_OneLongWord_EndsSoon()
    {
        var tokenizer = SmallTokenizer.Load(SmallTokenizer.Json(["a", "aa", "aaaa"], ["a a", "aa aa"]));
        var ids = new List<int>();
        var watch = Stopwatch.StartNew();
        tokenizer.Encode(Encoding.UTF8.GetBytes(new string('a', 100_002)), withSpecial: true, ids, null);
        Assert.Equal(25_001, ids.Count);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Encode_PatternThatTakesTooLong_IsRefusedByName()
    {
        var json = SmallTokenizer.Json(["a"], [], preTokenizer: """{"type":"Split","pattern":{"Regex":"(?:a|aa)+$|b"},"behavior":"Isolated"}""");
        var message = Assert.Throws<InvalidDataException>(() => SmallTokenizer.Show(SmallTokenizer.Load(json), new string('a', 60) + "c")).Message;
        Assert.Contains("tokenizer.json cannot be used on this text: the regular expression (?:a|aa)+$|b takes more than", message, StringComparison.Ordinal);
    }

    [Fact]
    public void DocumentMark_NoneNamed_TellsWhatToWrite() =>
        Assert.Contains("write bos_token or eos_token into tokenizer_config.json", Assert.Throws<InvalidDataException>(() => SentencePieceLike().DocumentMark).Message, StringComparison.Ordinal);

    private static ImportedTokenizer SentencePieceLike(bool bytes = false)
    {
        string[] letters = bytes ? [.. Letters.Where(static token => !token.StartsWith("<0x", StringComparison.Ordinal)), .. Enumerable.Range(0, 256).Select(static value => $"<0x{value:X2}>")] : Letters;
        var json = SmallTokenizer.Json(letters, Merges, normalizer: Words, decoder: Spaces);
        json["model"]!["byte_fallback"] = true;
        json["model"]!["fuse_unk"] = true;
        return SmallTokenizer.Load(json);
    }

    private static string Text(ImportedTokenizer tokenizer, string token) => Encoding.UTF8.GetString(tokenizer.Bytes(Id(tokenizer, token)));

    private static int Id(ImportedTokenizer tokenizer, string token) => Enumerable.Range(0, tokenizer.VocabularySize).First(id => tokenizer.Spelling(id) == token);
}
