using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Tests.Engine.Text;

public sealed class DomainNameTests
{
    [Theory]
    [InlineData("french", "french")]
    [InlineData("a b, \"c\"=1", "a b, \"c\"=1")]
    [InlineData("law\u202Etxt", "lawtxt")]
    [InlineData("\u2066a\u2069\u200E\u200F\u061C", "a")]
    [InlineData("red\u001b[31m\u0007", "red[31m")]
    [InlineData(" two\r\n lines\u2028more\t", "two lines more")]
    [InlineData("می\u200Cخواهم", "می\u200Cخواهم")]
    [InlineData("\uFEFFa\u00ADb\u200B", "ab")]
    [InlineData("\u202E \u0000", null)]
    [InlineData("", null)]
    public void Of_Name_HasNoCharactersThatControl(string name, string? used) => Assert.Equal(used, DomainName.Of(name));

    [Fact]
    public void Of_LongNames_AreBoundedAndStayDifferent()
    {
        var (first, second) = (DomainName.Of(new string('x', 100_000))!, DomainName.Of(new string('x', 100_001))!);
        Assert.Equal(DomainName.Longest, first.Length);
        Assert.NotEqual(first, second);
        Assert.Equal(first, DomainName.Of(new string('x', 100_000)));
        var pairs = DomainName.Of(string.Concat(Enumerable.Repeat("😀", 60)))!;
        Assert.DoesNotContain('\uFFFD', pairs.EnumerateRunes().Select(rune => (char)rune.Value));
        Assert.InRange(pairs.Length, DomainName.Longest - 1, DomainName.Longest);
    }
}
