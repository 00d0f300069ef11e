using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Training;

/// <summary>What a run was asked to do.</summary>
public sealed record RunConfiguration
{
    /// <summary>Files and folders; empty for the demo corpus that the program writes itself.</summary>
    public IReadOnlyList<string> Corpus { get; init; } = [];

    /// <summary>Name of a <see cref="RunPreset"/>.</summary>
    public required string Preset { get; init; }

    /// <summary>The share of each domain's documents to keep: "arabic=0.1,dna=0.05".</summary>
    public string Keep { get; init; } = string.Empty;

    public ulong Seed { get; init; }

    /// <summary>Name of the model, and the first part of every address of its dictionaries.</summary>
    public string Model { get; init; } = "A";

    /// <summary>What the first start does on an empty data folder.</summary>
    public static RunConfiguration Demo { get; } = new() { Preset = RunPreset.Demo.Name };

    /// <summary>Throws an <see cref="ArgumentException"/> that names every value that does not work.</summary>
    public void Validate()
    {
        _ = RunPreset.Find(Preset);
        _ = Mixture.Parse(Keep);
        if (Model.Length is 0 or > 32 || !Model.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new ArgumentException($"The model's name \"{Model}\" is part of addresses: use 1 to 32 letters, digits, '-' or '_'.");
        }

        if (ReservedNames.Contains(Model, StringComparer.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"The model's name \"{Model}\" is an address of its own: choose another, such as A.");
        }
    }

    private static readonly string[] ReservedNames = ["api", "about", "runs", "compare", "contexts", "search", "embed", "healthz", "theme", "not-found", "login", "logout", "setup", "account", "accounts", "audit"];
}
