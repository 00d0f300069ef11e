using FeatureExplorer.Storage;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Training;

namespace FeatureExplorer.Tests.Web.Training;

public sealed class MachineSpeedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Measure_Once_IsKnownAndGivesARunItsLimits()
    {
        var folder = new DataFolder(_folder.Path);
        Assert.Null(MachineSpeed.Measured(folder));
        Assert.Empty(RunLiveHtml.Floors(RunPreset.Demo, folder));
        var measured = MachineSpeed.Measure(folder);
        Assert.True(measured.GigaflopsPerSecond > 0.01);
        Assert.Equal(measured, MachineSpeed.Measured(folder));
        Assert.Equal(measured, MachineSpeed.Measure(folder));
        Assert.Contains("transformer", RunLiveHtml.Floors(RunPreset.Demo, folder).Keys);
    }

    [Theory]
    [InlineData("""{"machine":"elsewhere, 512 threads","gigaflopsPerSecond":9}""")]
    [InlineData("{")]
    public void Measured_OfAnotherMachineOrUnreadable_IsNotKnown(string text)
    {
        var folder = new DataFolder(_folder.Path);
        File.WriteAllText(Path.Combine(_folder.Path, "machine.json"), text);
        Assert.Null(MachineSpeed.Measured(folder));
    }
}
