using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Tests.Storage.Runs;

public sealed class RunRemarksTests
{
    [Fact]
    public void Of_WhatSomebodyTyped_IsPlainTextAndTagsOnce()
    {
        var remarks = RunRemarks.Of("  two\r\nlines\u202e \u0007", "wide, Seed=3 WIDE\n v1.2/a-b_c");
        Assert.Equal("two\nlines", remarks.Note.TrimEnd());
        Assert.Equal(["wide", "Seed=3", "v1.2/a-b_c"], remarks.Tags);
        Assert.Equal((string.Empty, 0), (RunRemarks.Of(null, null).Note, RunRemarks.Of(null, " , ").Tags.Count));
    }

    [Theory]
    [InlineData("a b c d e f g h i", "9 tags")]
    [InlineData("wide <b>", "\"<b>\"")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefg", "at most 32")]
    public void Of_TagsThatDoNotWork_NamesThem(string tags, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => RunRemarks.Of(null, tags)).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_NoteThatIsTooLong_SaysHowLongItMayBe() =>
        Assert.Contains("2,001 characters; it may have 2,000", Assert.Throws<ArgumentException>(() => RunRemarks.Of(new string('x', 2001), null)).Message, StringComparison.Ordinal);
}
