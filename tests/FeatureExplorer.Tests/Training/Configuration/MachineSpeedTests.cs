using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Web.Runs;

namespace FeatureExplorer.Tests.Training.Configuration;

public sealed class MachineSpeedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Measure_Once_IsKnownAndGivesARunItsLimits()
    {
        var folder = new DataFolder(_folder.Path);
        Assert.Null(MachineSpeed.Measured(folder));
        Assert.Empty(RunLimits.Of(RunPreset.Demo, folder));
        var measured = MachineSpeed.Measure(folder);
        Assert.True(measured.GigaflopsPerSecond > 0.01);
        Assert.Equal(measured, MachineSpeed.Measured(folder));
        Assert.Equal(measured, MachineSpeed.MeasuredOrNow(folder));
        Assert.Contains("transformer", RunLimits.Of(RunPreset.Demo, folder).Keys);
    }

    [Fact]
    public void Measure_Again_KeepsTheFastest()
    {
        var folder = new DataFolder(_folder.Path);
        var (file, first) = (Path.Combine(_folder.Path, "machine.json"), MachineSpeed.Measure(folder));
        // As if the machine had been busy, and as if it had never been as quiet again.
        Write(first with { GigaflopsPerSecond = 1e-6 });
        Assert.True(MachineSpeed.Measure(folder).GigaflopsPerSecond > 1e-3);
        Assert.True(MachineSpeed.Measured(folder)!.GigaflopsPerSecond > 1e-3);
        Write(first with { GigaflopsPerSecond = 1e9 });
        Assert.Equal(1e9, MachineSpeed.Measure(folder).GigaflopsPerSecond);
        Assert.Equal(1e9, MachineSpeed.Measured(folder)!.GigaflopsPerSecond);

        void Write(MachineSpeed speed) => File.WriteAllText(file, System.Text.Json.JsonSerializer.Serialize(speed, System.Text.Json.JsonSerializerOptions.Web));
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
