using FeatureExplorer.Analysis.Contexts;

namespace FeatureExplorer.Tests.Analysis.Contexts;

public sealed class ContextTwinsTests
{
    private static readonly ContextInfo[] Contexts =
    [
        new("hangul", "Hangul", ContextKind.Script, 0.1), new("dna", "DNA", ContextKind.Characters, 0.1), new("domain:dna", "Domain: DNA", ContextKind.Domain, 0.1),
        new("domain:korean", "Domain: Korean", ContextKind.Domain, 0.1), new("domain:russian", "Domain: Russian", ContextKind.Domain, 0.1), new("domain:english_law", "Domain: English law", ContextKind.Domain, 0.1),
    ];

    [Theory]
    [InlineData("dna", "dna")]
    [InlineData("domain:dna", "dna")]
    [InlineData("domain:korean", "hangul")]
    [InlineData("domain:russian", "domain:russian")]
    [InlineData("domain:english_law", "domain:english_law")]
    public void EntryOf_Context_IsTheScriptOrKindOfStringOfTheSameThing(string name, string entry) => Assert.Equal(entry, ContextTwins.EntryOf(Contexts, name));

    [Fact]
    public void Entries_OfAllContexts_HoldTwinsOnce()
    {
        Assert.Equal(["hangul", "dna", "domain:russian", "domain:english_law"], ContextTwins.Entries(Contexts).Select(static c => c.Name));
        Assert.Equal(["dna", "domain:dna"], ContextTwins.Of(Contexts, "dna"));
    }

    [Theory]
    [InlineData("english_narrative", "Domain: English narrative")]
    [InlineData("json_data", "Domain: JSON data")]
    [InlineData("dna", "Domain: DNA")]
    [InlineData("_", "Domain: _")]
    [InlineData("Überlauf", "Domain: Überlauf")]
    public void OfDomain_Name_IsWords(string domain, string title)
    {
        Assert.Equal(title, ContextTitles.OfDomain(domain));
        Assert.Equal(title["Domain: ".Length..], ContextTitles.InSentence(title));
    }
}
