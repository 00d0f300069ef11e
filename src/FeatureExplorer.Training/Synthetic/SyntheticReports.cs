using System.Text.Json;
using System.Text.Json.Serialization;
using FeatureExplorer.Analysis;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Training.Synthetic;

/// <summary>The finished tests against a planted truth: a file each in the data folder, with its checksum.</summary>
public sealed class SyntheticReports(DataFolder folder)
{
    /// <summary>How reports are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Names of all reports, in alphabetical order.</summary>
    public IReadOnlyList<string> Names => Directory.Exists(folder.Synthetic)
        ? [.. Directory.EnumerateFiles(folder.Synthetic, "*.json").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(NaturalOrder.Names)]
        : [];

    /// <summary>A report, or null when there is none of the name.</summary>
    /// <exception cref="DamagedFileException">Its file is damaged.</exception>
    /// <exception cref="InvalidDataException">Its file holds no report.</exception>
    public SyntheticReport? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Names.Contains(name, StringComparer.Ordinal))
        {
            return null;
        }

        var file = FileOf(name);
        try
        {
            return JsonSerializer.Deserialize<SyntheticReport>(Checksums.ReadAllBytes(file), Json) ?? throw new JsonException("It is empty.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file} holds no report of a synthetic test: {exception.Message} Delete it, and run the test again.", exception);
        }
    }

    /// <summary>Keeps a report.</summary>
    /// <exception cref="InvalidOperationException">There is one of that name already.</exception>
    public void Add(SyntheticReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        DemandFree(report.Settings.Name);
        Directory.CreateDirectory(folder.Synthetic);
        Checksums.Write(FileOf(report.Settings.Name), stream => JsonSerializer.Serialize(stream, report, Json));
    }

    /// <summary>Throws when a name is taken, in whatever letters: on some systems they name the same file.</summary>
    /// <exception cref="InvalidOperationException">It is.</exception>
    public void DemandFree(string name)
    {
        if (Names.FirstOrDefault(taken => string.Equals(taken, name, StringComparison.OrdinalIgnoreCase)) is { } taken)
        {
            throw new InvalidOperationException($"{FileOf(taken)} is the report of a finished test: choose another name, or delete that file.");
        }
    }

    private string FileOf(string name) => Path.Combine(folder.Synthetic, name + ".json");
}
