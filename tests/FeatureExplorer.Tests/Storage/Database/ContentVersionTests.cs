using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Runs;
using Microsoft.EntityFrameworkCore;

namespace FeatureExplorer.Tests.Storage.Database;

public sealed class ContentVersionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FeatureDatabase _database;
    private readonly ContentVersion _version;

    public ContentVersionTests()
    {
        _database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        _version = new ContentVersion(_database);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_AfterAPublicationOrALabel_IsGreater()
    {
        var writer = new RunWriter(_database);
        var last = _version.Read();
        Grows(() => writer.SaveModel(SampleReports.Model()));
        DictionaryInfo dictionary = null!;
        Grows(() => dictionary = writer.Publish(SampleReports.Draft(6), SampleReports.Reports(6), SampleVocabulary.Text));
        Grows(() => new LabelStore(_database, TimeProvider.System).Save(dictionary, 1, "DNA", string.Empty, "ada"));
        Grows(() => writer.Publish(SampleReports.Draft(6), SampleReports.Reports(6), SampleVocabulary.Text));

        void Grows(Action change)
        {
            change();
            var now = _version.Read();
            Assert.True(now > last, $"{now} after {last}");
            last = now;
        }
    }

    [Fact]
    public void Read_WhileARunReports_StaysTheSame()
    {
        var (runs, history) = (new RunStore(_database, TimeProvider.System), new RunHistory(_database, TimeProvider.System));
        var before = _version.Read();
        var run = runs.Add("demo", "{}");
        runs.Move(run.Id, RunMove.Start);
        runs.Report(run.Id, "Training", 0.5, "loss 4");
        history.Log(run.Id, RunEventKind.Checkpoint, "step 100");
        runs.Move(run.Id, RunMove.Finish);
        Assert.Equal(before, _version.Read());
    }

    [Fact]
    public void Read_WhileADictionaryForms_StaysTheSameUntilItIsFinished()
    {
        var writer = new RunWriter(_database);
        writer.SaveModel(SampleReports.Model());
        var before = _version.Read();
        for (var step = 100; step <= 300; step += 100)
        {
            writer.Publish(SampleReports.Draft(6) with { Forming = new FormingStep(step, 1000) }, SampleReports.Reports(6), SampleVocabulary.Text);
        }

        Assert.Equal(before, _version.Read());
        writer.Publish(SampleReports.Draft(6), SampleReports.Reports(6), SampleVocabulary.Text);
        var finished = _version.Read();
        Assert.True(finished > before);
        writer.Publish(SampleReports.Draft(6), SampleReports.Reports(6), SampleVocabulary.Text); // takes the place of the finished one
        Assert.True(_version.Read() > finished);
    }

    [Fact]
    public void Read_TriggersLostInAMigration_AreMadeAnewAndTheNumberStays()
    {
        new RunWriter(_database).SaveModel(SampleReports.Model());
        var before = _version.Read();
        using (var db = _database.NewContext())
        {
            db.Database.ExecuteSqlRaw("DROP TRIGGER ContentModelsINSERT");
        }

        var opened = FeatureDatabase.Open(new DataFolder(_folder.Path));
        Assert.Equal(before, new ContentVersion(opened).Read());
        new RunWriter(opened).SaveModel(SampleReports.Model("B"));
        Assert.True(new ContentVersion(opened).Read() > before);
    }
}
