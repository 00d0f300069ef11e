using System.CommandLine;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Web.Commands;

namespace FeatureExplorer.Tests.Web.Commands;

public sealed class RunOptionsTests
{
    [Fact]
    public void Configuration_FromADictionary_IsOfItsModelWhereNoneIsNamed()
    {
        using var folder = new TemporaryFolder();
        SmallRun.CopyFinished(folder.Path);
        var file = Path.Combine(folder.Path, "run.json");
        File.WriteAllText(file, RunConfigurationJson.Write(SmallRun.Configuration with { Model = "B" }));
        var found = new ContinuedDictionaries(FeatureDatabase.Open(new DataFolder(folder.Path))).Find("A/1");
        var options = new RunOptions();
        var command = new Command("run");
        options.AddTo(command);

        Assert.Equal(("G", "G/1"), Of("--from G/1"));
        Assert.Equal(("H", "G/1"), Of("--from G/1 --model H"));
        Assert.Equal(("B", "G/1"), Of($"--from G/1 --config {file}"));
        Assert.Equal(("A", null), Of(string.Empty));

        (string Model, string? From) Of(string arguments)
        {
            var configuration = options.Configuration(command.Parse(arguments), _ => found with { Info = found.Info with { Model = "G" } });
            return (configuration.Model, configuration.Dictionaries[0].From);
        }
    }
}
