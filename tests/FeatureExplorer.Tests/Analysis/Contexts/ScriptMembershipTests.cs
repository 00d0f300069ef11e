using System.Text;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Analysis.Contexts;

public sealed class ScriptMembershipTests
{
    [Fact]
    public void Mark_PiecesOfMixedText_EachTokenInItsScript()
    {
        // Every piece is one token; "é" and the Hebrew letter are cut into their bytes.
        string[] pieces = ["the", " Γει", "ά", " ", "при", "вет", ",", " مر", "حبا", ".", " 한", "국", "दे", "汉", "ひ", " a", "я", "Ω2", "  б"];
        string?[] scripts = [null, "greek", "greek", null, "cyrillic", "cyrillic", null, "arabic", "arabic", null, "hangul", "hangul", "devanagari", "han", "kana", null, "cyrillic", null, null];
        var tokenizer = SmallCorpus.WithTokens(pieces);
        var ids = SmallCorpus.Ids(tokenizer, pieces).ToList();
        var expected = scripts.ToList();
        foreach (var value in Encoding.UTF8.GetBytes("éש"))
        {
            ids.Add(SmallCorpus.Id(tokenizer, [value]));
        }

        expected.AddRange([null, null, "hebrew", "hebrew"]);
        Assert.Equal(expected.Prepend(null), Marked(tokenizer, [.. ids]));
    }

    [Fact]
    public void Mark_CharacterBrokenByTheDocumentsEnd_BelongsToNoScript()
    {
        var tokenizer = SmallCorpus.Bytes();
        var alpha = Encoding.UTF8.GetBytes("α");
        int[] first = [1 + alpha[0]];
        int[] second = [1 + alpha[1]];

        Assert.All(Marked(tokenizer, first, second), Assert.Null);
    }

    [Fact]
    public void Mark_TokenWithBytesOfTwoScripts_BelongsToNone()
    {
        // The last byte of a Greek letter together with the first of a Cyrillic one.
        var greek = Encoding.UTF8.GetBytes("α");
        var cyrillic = Encoding.UTF8.GetBytes("б");
        var tokenizer = SmallCorpus.Bytes((1 + greek[1], 1 + cyrillic[0]));
        int[] ids = [1 + greek[0], 257, 1 + cyrillic[1]];

        string?[] expected = [null, "greek", null, "cyrillic"];
        Assert.Equal(expected, Marked(tokenizer, ids));
    }

    [Fact]
    public void Mark_AnyPartition_SameScripts()
    {
        var tokenizer = SmallCorpus.Bytes();
        var text = string.Concat(Enumerable.Repeat("añ Ελλ 日本語 ש\U00020000 x", 9));
        int[] ids = [.. Encoding.UTF8.GetBytes(text).Select(static value => 1 + value)];
        using var corpus = new SmallCorpus(tokenizer, [(null, ids), (null, ids[..50])]);
        var whole = new byte[corpus.HeldOut.Count];
        new ScriptMembership(tokenizer, corpus.HeldOut).Mark(0, whole);
        for (var size = 1; size <= 7; size++)
        {
            var pieces = new byte[whole.Length];
            var marker = new ScriptMembership(tokenizer, corpus.HeldOut);
            for (var start = 0; start < pieces.Length; start += size)
            {
                marker.Mark(start, pieces.AsSpan(start, Math.Min(size, pieces.Length - start)));
            }

            Assert.Equal(whole, pieces);
        }

        Assert.Contains((byte)6, whole);
    }

    [Theory]
    [InlineData(0x0627, "arabic")]
    [InlineData(0xFEFF, null)]
    [InlineData('A', null)]
    [InlineData(0x4E00, "han")]
    [InlineData(0x3002, null)]
    [InlineData(0x30AB, "kana")]
    [InlineData(0xAC00, "hangul")]
    [InlineData(0x0E01, "thai")]
    [InlineData(0x10FFFF, null)]
    public void Of_CodePoint_ItsScript(int codePoint, string? script)
    {
        var found = UnicodeScript.Of(codePoint);
        Assert.Equal(script, found == UnicodeScript.None ? null : UnicodeScript.All[found].Name);
    }

    /// <summary>The scripts of all tokens of some documents that follow each other; the end-of-text tokens included.</summary>
    private static string?[] Marked(ByteLevelTokenizer tokenizer, params int[][] documents)
    {
        using var corpus = new SmallCorpus(tokenizer, [.. documents.Select(static ids => ((string?)null, ids))]);
        var scripts = new byte[corpus.HeldOut.Count];
        new ScriptMembership(tokenizer, corpus.HeldOut).Mark(0, scripts);
        return [.. scripts.Select(static script => script == UnicodeScript.None ? null : UnicodeScript.All[script].Name)];
    }
}
