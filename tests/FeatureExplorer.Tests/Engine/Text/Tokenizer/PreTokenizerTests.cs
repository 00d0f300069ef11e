using System.Text;
using System.Text.Json;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer;

public class PreTokenizerTests
{
    [Theory]
    [InlineData("Hello world", "Hello| world")]
    [InlineData("we'll don't I'm", "we|'ll| don|'t| I|'m")]
    [InlineData("a1b22", "a|1|b|22")]
    [InlineData("two  spaces", "two| | spaces")]
    [InlineData("end  ", "end|  ")]
    [InlineData("x\n\n  y", "x|\n\n| | y")]
    [InlineData("\t\tcode", "\t|\t|code")]
    [InlineData("हिन्दी שָׁלוֹם", "हिन्दी| שָׁלוֹם")]
    [InlineData("𝒳𝒴 😀!", "𝒳𝒴| 😀!")]
    public void End_TextOfEachKind_CutsAsTheRuleSays(string text, string expected)
    {
        Assert.Equal(expected, string.Join('|', Split(Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)));
    }

    [Fact]
    public void End_RandomTexts_AgreesWithTheRegularExpression()
    {
        var fixture = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "pretokens.json"));
        var rows = JsonSerializer.Deserialize<string[][]>(fixture)!;
        Assert.True(rows.Length > 500);
        foreach (var row in rows)
        {
            var text = Encoding.UTF8.GetBytes(string.Concat(row));
            Assert.Equal(row, Split(text).Select(Encoding.UTF8.GetString));
        }
    }

    [Fact]
    public void End_InvalidBytes_AreOtherCharacters()
    {
        var pieces = Split([.. "ab "u8, 0xFF, 0xC3, (byte)'.', (byte)'c']);
        Assert.Equal(["ab"u8.ToArray(), [0x20, 0xFF, 0xC3, (byte)'.'], [(byte)'c']], pieces);
    }

    private static List<byte[]> Split(byte[] text)
    {
        var pieces = new List<byte[]>();
        for (var position = 0; position < text.Length;)
        {
            var end = PreTokenizer.End(text, position);
            pieces.Add(text[position..end]);
            position = end;
        }

        return pieces;
    }
}
