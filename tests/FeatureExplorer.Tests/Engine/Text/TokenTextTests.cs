using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Engine.Text;

public class TokenTextTests
{
    // Bytes only, and " the" by merges.
    private static readonly ByteLevelTokenizer Tokenizer =
        new([('t' + 1, 'h' + 1), (257, 'e' + 1), (' ' + 1, 258), (' ' + 1, 0xD8 + 1)]);

    private static readonly TokenText Text = new(Tokenizer);

    [Theory]
    [InlineData('a' + 1, "a")]
    [InlineData(259, " the")]
    [InlineData('\n' + 1, "⏎")]
    [InlineData('\t' + 1, "⇥")]
    [InlineData('\r' + 1, "␍")]
    [InlineData(0x00 + 1, "\\x00")]
    [InlineData(0x7F + 1, "\\x7f")]
    [InlineData(0xD8 + 1, "\\xd8")]
    [InlineData(0xB9 + 1, "\\xb9")]
    [InlineData(260, " \\xd8")]
    [InlineData(0, "⟨end⟩")]
    public void Of_OneToken_IsReadable(int id, string expected)
    {
        Assert.Equal(expected, Text.Of(id));
    }

    [Fact]
    public void Written_Tokens_AreTheTextItself()
    {
        Assert.Equal("a the\n\t ع", Text.Written(['a' + 1, 259, '\n' + 1, '\t' + 1, 260, 0xB9 + 1, 0]));
        Assert.Equal("a\uFFFD", Text.Written(['a' + 1, 0xB9 + 1]));
        Assert.Equal("\nx", new TokenText(["x", "\n"]).Written([1, 0]));
    }

    [Fact]
    public void Of_IdOutsideTheVocabulary_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Text.Of(261));
    }

    [Fact]
    public void Pieces_CharacterInTwoTokens_IsOnePiece()
    {
        Assert.Equal([new(0, 1, "a"), new(1, 2, " ع"), new(3, 1, "b")], Pieces('a' + 1, 260, 0xB9 + 1, 'b' + 1));
    }

    [Fact]
    public void Pieces_CharacterOfFourTokens_IsOnePiece()
    {
        Assert.Equal([new(0, 4, "😀"), new(4, 1, "!")], Pieces(0xF0 + 1, 0x9F + 1, 0x98 + 1, 0x80 + 1, '!' + 1));
    }

    [Fact]
    public void Pieces_CharacterCutByTheEdges_IsShownAsBytes()
    {
        Assert.Equal([new(0, 1, "\\xb9"), new(1, 1, "x"), new(2, 1, " \\xd8")], Pieces(0xB9 + 1, 'x' + 1, 260));
        Assert.Equal([new(0, 1, "\\xf0"), new(1, 1, "\\x9f"), new(2, 1, "\\x98")], Pieces(0xF0 + 1, 0x9F + 1, 0x98 + 1));
    }

    [Fact]
    public void Pieces_EndOfTextWithinACharacter_KeepsTokensApart()
    {
        Assert.Equal([new(0, 1, "\\xd8"), new(1, 1, "⟨end⟩"), new(2, 1, "\\xb9")], Pieces(0xD8 + 1, 0, 0xB9 + 1));
    }

    [Fact]
    public void Pieces_InvisibleCharacters_AreNamed()
    {
        var rightToLeftOverride = Tokenizer.Encode("\u202Ea\u2028");
        Assert.Equal("\\u{202e}a⏎", Text.Line(rightToLeftOverride));
        Assert.Equal("👩\u200d🚀", Text.Line(Tokenizer.Encode("👩\u200d🚀")));
    }

    [Fact]
    public void Pieces_RandomTokens_CoverTheWindowWithoutAGap()
    {
        var random = new Random(6);
        for (var i = 0; i < 300; i++)
        {
            var tokens = Enumerable.Range(0, 40).Select(_ => random.Next(Tokenizer.VocabularySize)).ToArray();
            var next = 0;
            foreach (var piece in Text.Pieces(tokens))
            {
                Assert.Equal(next, piece.Start);
                Assert.NotEmpty(piece.Text);
                next += piece.Length;
            }

            Assert.Equal(tokens.Length, next);
        }
    }

    private static List<TokenPiece> Pieces(params int[] tokens) => Text.Pieces(tokens);
}
