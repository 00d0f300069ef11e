using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Tests.Engine.Text.Corpora;

public class MixtureTests
{
    [Theory]
    [InlineData("arabic", "domain=share")]
    [InlineData("=0.5", "domain=share")]
    [InlineData("arabic=x", "number from 0 to 1")]
    [InlineData("arabic=1.5", "number from 0 to 1")]
    [InlineData("arabic=-0.1", "number from 0 to 1")]
    [InlineData("arabic=NaN", "number from 0 to 1")]
    [InlineData("a=0.1,a=0.2", "twice")]
    public void Parse_WrongText_SaysWhatIsWrong(string text, string message)
    {
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Mixture.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Text_ComesBackSorted()
    {
        Assert.Equal("dna=0.05,hebrew=0.1", Mixture.Parse(" hebrew=0.1, dna=0.05,").ToString());
        Assert.Equal("", Mixture.Parse(null).ToString());
    }

    [Fact]
    public void Keeps_Share_IsAboutThatManyAndNested()
    {
        var documents = Enumerable.Range(0, 4000).Select(i => new Document($"text {i}", i % 2 == 0 ? "a" : "b", $"f:{i}")).ToList();
        var tenth = documents.Where(Mixture.Parse("a=0.1").Keeps).ToList();
        var fifth = documents.Where(Mixture.Parse("a=0.2").Keeps).ToHashSet();

        Assert.InRange(tenth.Count(document => document.Domain == "a"), 150, 250);
        Assert.Equal(2000, tenth.Count(document => document.Domain == "b"));
        Assert.Subset(fifth, tenth.ToHashSet());
        Assert.InRange(fifth.Count, 2300, 2500);
        Assert.Equal(tenth, documents.Where(Mixture.Parse("a=0.1").Keeps));
    }

    [Fact]
    public void Keeps_ShareZeroOrOne_IsNoneOrAll()
    {
        var document = new Document("text", "a", "f");
        Assert.False(Mixture.Parse("a=0").Keeps(document));
        Assert.True(Mixture.Parse("a=1").Keeps(document));
        Assert.True(Mixture.Parse("a=0").Keeps(document with { Domain = null }));
    }

    [Fact]
    public void UnknownDomains_MistypedName_IsFound()
    {
        Assert.Equal(["arabik"], Mixture.Parse("arabik=0.1,dna=0.1").UnknownDomains(["arabic", "dna"]));
    }
}
