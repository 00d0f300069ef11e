using FeatureExplorer.Training.Devices;

namespace FeatureExplorer.Web.Operations;

/// <summary>How the server trains.</summary>
public sealed record TrainingOptions
{
    /// <summary>Whether this server takes runs from the queue at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Runs at a time on the processor. Each uses all of it: more than one makes each slower. A card takes one run at a time.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Devices that runs may use, separated by commas, such as <c>cuda:0, cpu</c>; empty: all. Each carries out its own runs beside the others'.</summary>
    public string Devices { get; init; } = string.Empty;

    /// <summary>The devices that <see cref="Devices"/> names.</summary>
    internal IReadOnlyList<string> Allowed => Devices.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What a run computes on that names no device.</summary>
    public string Device { get; init; } = DevicePlacement.Auto;

    /// <summary>Folder below which administrators may name corpora; empty: none.</summary>
    public string CorpusRoot { get; init; } = string.Empty;

    /// <summary>Folder below which administrators may name models and dictionaries to import; empty: none.</summary>
    public string ImportRoot { get; init; } = string.Empty;

    internal IEnumerable<string> Problems()
    {
        if (Parallel is < 1 or > 64)
        {
            yield return $"Training:Parallel is {Parallel}; it must be from 1 to 64.";
        }

        foreach (var device in Allowed.Append(Device).Where(static device => !DevicePlacement.IsDevice(device)))
        {
            yield return $"Training:Device or Training:Devices names \"{device}\"; devices are cpu, torch:cpu, cuda:0 (or another number), mps, and auto for Training:Device.";
        }

        if (CorpusRoot.Length > 0 && !Directory.Exists(CorpusRoot))
        {
            yield return $"Training:CorpusRoot is \"{CorpusRoot}\"; there is no such folder.";
        }

        if (ImportRoot.Length > 0 && !Directory.Exists(ImportRoot))
        {
            yield return $"Training:ImportRoot is \"{ImportRoot}\"; there is no such folder.";
        }
    }
}
