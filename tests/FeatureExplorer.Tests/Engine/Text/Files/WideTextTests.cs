using System.Text;
using FeatureExplorer.Engine.Text.Files;

namespace FeatureExplorer.Tests.Engine.Text.Files;

public sealed class WideTextTests
{
    private const string Latin = "A line of text, and another.\n";

    public static TheoryData<string> Texts => [Latin, "a", "Съешь же ещё этих мягких булок", "Привет", "Ξεσκεπάζω την ψυχοφθόρα", "نص حكيم له سر قاطع", "שלום עולם"];

    [Theory]
    [MemberData(nameof(Texts))]
    public void NameOf_WithAndWithoutAMark_IsRecognised(string text)
    {
        foreach (var (encoding, name) in (ReadOnlySpan<(Encoding, string)>)[
            (Encoding.Unicode, "UTF-16"), (Encoding.BigEndianUnicode, "UTF-16"), (Encoding.UTF32, "UTF-32"), (new UTF32Encoding(bigEndian: true, byteOrderMark: true), "UTF-32")])
        {
            Assert.Equal(name, WideText.NameOf(encoding.GetBytes(text)));
            Assert.Equal(name, WideText.NameOf([.. encoding.GetPreamble(), .. encoding.GetBytes(text)]));
        }

        Assert.Null(WideText.NameOf(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ab\0")]
    [InlineData("abc\0")]
    [InlineData("text\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("\0\0\0\0\0\0\0\0text")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    [InlineData("one\0two\0three\0")]
    public void NameOf_PaddedText_IsNotTakenForIt(string text) => Assert.Null(WideText.NameOf(Encoding.UTF8.GetBytes(text)));
}
