using FeatureExplorer.Analysis.Formation;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Analysis.Formation;

public sealed class FormationHistoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Open_AfterSave_HoldsEveryStepOfEveryFeature()
    {
        var history = new FormationHistory(2);
        history.Add(100, [(0.25, 3, "dna", 0.5), (0, 0, null, 0)], []);
        history.Add(250, [(0.125, 4, "arabic", 0.75), (0.5, 1, "dna", 0.25)], [0.9f, 0.1f]);
        history.SetCosines(100, [0.95f, 0.3f]);
        var path = Path.Combine(_folder.Path, "formation.safetensors");

        history.Save(path);
        var read = FormationHistory.Open(path);

        Assert.Equal([100, 250], read.Steps);
        Assert.Equal([new FormationMoment(100, 0.25f, 3, "dna", 0.5f, 0.95f), new FormationMoment(250, 0.125f, 4, "arabic", 0.75f, 1)], read.Of(0));
        Assert.Equal([new FormationMoment(100, 0, 0, null, 0, 0.3f), new FormationMoment(250, 0.5f, 1, "dna", 0.25f, 1)], read.Of(1));
    }

    [Fact]
    public void LastChange_BornDiedAndMoved_NamesEach()
    {
        var history = new FormationHistory(5);
        history.Add(10, [(0, 0, null, 0), (0.1, 1, null, 0), (0.1, 1, null, 0), (0.1, 1, null, 0), (0, 0, null, 0)], []);
        Assert.Null(history.LastChange());

        // Born, died, moved, stayed, never there: a direction that turned without firing has not moved.
        history.Add(20, [(0.2, 1, null, 0), (0, 0, null, 0), (0.1, 1, null, 0), (0.1, 1, null, 0), (0, 0, null, 0)], [0, 0, 0.79f, 0.81f, 0]);

        var change = history.LastChange()!;
        Assert.Equal((10, 20), (change.From, change.To));
        Assert.Equal([0], change.Born);
        Assert.Equal([1], change.Died);
        Assert.Equal([2], change.Moved);
    }

    [Fact]
    public void Add_EarlierStepAgain_ForgetsWhatCameLater()
    {
        var history = new FormationHistory(1);
        foreach (var step in new[] { 10, 20, 30 })
        {
            history.Add(step, [(step / 100.0, step, null, 0)], [1]);
        }

        history.Add(20, [(0.5, 7, null, 0)], [1]);

        Assert.Equal([10, 20], history.Steps);
        Assert.Equal([10f, 7f], history.Of(0).Select(m => m.Max));
    }

    [Fact]
    public void Thin_MoreStepsThanMayBeKept_LeavesEverySecondAndTheLast()
    {
        var history = new FormationHistory(1);
        for (var step = 1; step <= 6; step++)
        {
            history.Add(step, [(0, step, null, 0)], [1]);
        }

        Assert.Empty(history.Thin(6));
        Assert.Equal([2, 4], history.Thin(5));
        Assert.Equal([1, 3, 5, 6], history.Steps);
        Assert.Equal([1f, 3f, 5f, 6f], history.Of(0).Select(m => m.Max));
    }

    [Fact]
    public void Find_FileWrittenAgain_ReadsItAgain()
    {
        var folder = new DataFolder(_folder.Path);
        var dictionary = SampleReports.Draft(2);
        var path = folder.Formation(dictionary.Model, dictionary.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var histories = new FormationHistories(folder);
        Assert.Null(histories.Find(dictionary));

        var history = new FormationHistory(2);
        history.Add(1, [(0.1, 1, null, 0), (0.2, 2, null, 0)], []);
        history.Save(path);
        var first = histories.Find(dictionary);
        Assert.Equal([1], first!.Steps);
        Assert.Same(first, histories.Find(dictionary));

        history.Add(2, [(0.1, 1, null, 0), (0.2, 2, null, 0)], [1, 1]);
        history.Save(path);
        Assert.Equal([1, 2], histories.Find(dictionary)!.Steps);

        Assert.Null(histories.Find(SampleReports.Draft(3)));
        File.WriteAllText(path, "not a history");
        Assert.Equal(path, Assert.Throws<DamagedFileException>(() => histories.Find(dictionary)).FilePath);
        File.Delete(BlockChecksums.FileOf(path));
        File.WriteAllText(path, "no history either");
        Assert.Null(histories.Find(dictionary));
        File.Delete(path);
        Assert.Null(histories.Find(dictionary));
    }

    public void Dispose() => _folder.Dispose();
}
