using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries.Planted;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Synthetic;

namespace FeatureExplorer.Tests.Training.Synthetic;

public sealed class SyntheticReportsTests : IDisposable
{
    private static readonly SyntheticReport Report = new(
        new SyntheticSettings { Name = "one" },
        [new SyntheticRow("topk", 8, 4, 7.9, 0.8, 1, 1, 1, 0, 0, 0.91, 2.5) { Planted = [new(0, 0.5, PlantedOutcome.Matched, 3, 0.99, 0.98), new(1, 0.1, PlantedOutcome.Split, 2, 0.95, 0.4)] }],
        new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "1.0.0");

    private readonly TemporaryFolder _folder = new();

    private SyntheticReports Reports => new(new DataFolder(_folder.Path));

    [Fact]
    public void Find_Added_IsTheSame()
    {
        Reports.Add(Report);
        var found = Reports.Find("one")!;

        Assert.Equal(["one"], Reports.Names);
        Assert.Equal(Report.Rows[0].Planted, found.Rows[0].Planted);
        Assert.Equal(Report.Settings.Planted, found.Settings.Planted);
        Assert.Equal((Report.Created, Report.Version), (found.Created, found.Version));
    }

    [Theory]
    [InlineData("two")]
    [InlineData("../one")]
    [InlineData("one.json")]
    public void Find_NoSuchReport_IsNull(string name)
    {
        Reports.Add(Report);

        Assert.Null(Reports.Find(name));
    }

    [Fact]
    public void Add_TakenName_IsRefusedAndNothingIsLost()
    {
        Reports.Add(Report);
        var exception = Assert.Throws<InvalidOperationException>(() => Reports.Add(Report with { Settings = Report.Settings with { Name = "ONE" }, Rows = [] }));

        Assert.Contains("one.json", exception.Message, StringComparison.Ordinal);
        Assert.Single(Reports.Find("one")!.Rows);
    }

    [Fact]
    public void Find_DamagedFile_IsNamed()
    {
        Reports.Add(Report);
        var file = Path.Combine(_folder.Path, "synthetic", "one.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("topk", "tops", StringComparison.Ordinal));

        Assert.Contains(Path.GetFileName(file), Assert.Throws<DamagedFileException>(() => Reports.Find("one")).Message, StringComparison.Ordinal);
        Assert.Contains(FolderCheck.Run(new DataFolder(_folder.Path)), f => f.State == FolderCheck.State.Damaged && f.File.EndsWith("one.json", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
