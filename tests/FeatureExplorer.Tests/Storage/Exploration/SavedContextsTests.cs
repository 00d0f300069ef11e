using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Tests.Storage.Exploration;

public sealed class SavedContextsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SavedContexts _saved;

    public SavedContextsTests()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        var writer = new RunWriter(database);
        writer.SaveModel(SampleReports.Model());
        writer.Publish(SampleReports.Draft(8), SampleReports.Reports(8), SampleVocabulary.Text);
        _saved = new SavedContexts(database, new FeatureStore(database), TimeProvider.System);
    }

    [Fact]
    public void Add_NewName_IsThereForEverybody()
    {
        _saved.Add("years", "regex:(19|20)[0-9][0-9]", "ada");
        _saved.Add("big-years", "years and not dna", "bob");
        Assert.Equal(["big-years", "years"], _saved.All().Select(static c => c.Name));
        var found = _saved.Find("years")!;
        Assert.Equal(("regex:(19|20)[0-9][0-9]", "ada", DateTimeKind.Utc), (found.Expression, found.Author, found.Created.Kind));
        Assert.Null(_saved.Find("Years"));
        Assert.True(_saved.Remove("years"));
        Assert.False(_saved.Remove("years"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Big")]
    [InlineData("two words")]
    [InlineData("9lives")]
    [InlineData("not")]
    [InlineData("domain:x")]
    [InlineData("<script>")]
    [InlineData("arabic")]
    public void Add_NameThatCannotBe_IsRefused(string name)
    {
        var e = Assert.Throws<ArgumentException>(() => _saved.Add(name, "dna", "ada"));
        Assert.Contains($"\"{name}\"", e.Message, StringComparison.Ordinal);
        Assert.Empty(_saved.All());
    }

    [Fact]
    public void Add_TakenNameOrBrokenText_IsRefused()
    {
        _saved.Add("mine", "dna", "ada");
        Assert.Contains("already", Assert.Throws<ArgumentException>(() => _saved.Add("mine", "hebrew", "bob")).Message, StringComparison.Ordinal);
        Assert.Throws<ContextExpressionException>(() => _saved.Add("other", "dna and", "bob"));
        Assert.Equal("dna", Assert.Single(_saved.All()).Expression);
    }

    public void Dispose() => _folder.Dispose();
}
