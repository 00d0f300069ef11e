using Bunit;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Web.Components.Cards;

namespace FeatureExplorer.Tests.Web.Components.Cards;

public sealed class ProvenanceLineTests : BunitContext
{
    [Fact]
    public void Line_ContinuedOrOverAnotherText_SaysSo()
    {
        using var data = new TemporaryFolder();
        SmallRun.CopyFinished(data.Path);
        var dictionary = new FeatureStore(FeatureDatabase.Open(new DataFolder(data.Path))).FindDictionary("A", "1")!;
        var continued = dictionary with { Provenance = dictionary.Provenance with { Continues = new ContinuedFrom("A/7", new string('b', 64)) } };

        Assert.DoesNotContain("continues", Text(dictionary), StringComparison.Ordinal);
        Assert.Contains("seed 0, continues A/7", Text(continued), StringComparison.Ordinal);
        var elsewhere = dictionary with { Provenance = dictionary.Provenance with { OtherText = new OtherText("games.txt", "1 domain") { Of = "A/1" } } };
        Assert.Contains("(games.txt; not the text of model A)", Text(elsewhere), StringComparison.Ordinal);
        Assert.Contains("with the weights of A/1", Text(elsewhere), StringComparison.Ordinal);
        TemporaryFolder.Close(data.Path);
    }

    private string Text(DictionaryInfo dictionary) => string.Join(
        ' ', Render<ProvenanceLine>(parameters => parameters.Add(line => line.Dictionary, dictionary).Add(line => line.Path, "/A/1")).Nodes.Select(static node => node.TextContent));
}
