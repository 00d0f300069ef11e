using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Tests.Training.Configuration;

public sealed class ImportSettingsTests
{
    [Fact]
    public void Read_OfARunThatImports_IsWhatWasWritten()
    {
        var import = RunConfiguration.Importing("G", new ImportSettings { ModelPath = "/models/g", DictionaryPath = "/saes/g", Context = 64, Ablates = true }, ["corpus:tales"]);
        var read = RunConfigurationJson.Read(RunConfigurationJson.Write(import));
        Assert.Equal(import.Import, read.Import);
        Assert.Equal(("import", "G", 0), (read.Preset, read.Model, read.Dictionaries.Count));
        Assert.Equal(["corpus:tales"], read.Corpus);
        Assert.Empty(read.Problems());
    }

    [Fact]
    public void Problems_OfNothingToImport_AreNamed() => Assert.Contains(
        "There is nothing to import", Assert.Single(RunConfiguration.Importing("G", new ImportSettings(), []).Problems()).Message, StringComparison.Ordinal);
}
