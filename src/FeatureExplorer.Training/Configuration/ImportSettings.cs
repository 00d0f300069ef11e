using System.Text.Json.Serialization;

namespace FeatureExplorer.Training.Configuration;

/// <summary>What a run that imports brings in: a model, dictionaries, or both, in this order. <see cref="RunConfiguration.Model"/> names the model.</summary>
public sealed record ImportSettings
{
    /// <summary>The files of a model; null where it is there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelPath { get; init; }

    /// <summary>Where its tokenizer lies; null: with the model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TokenizerPath { get; init; }

    /// <summary>Tokens of a window; null for the usual number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Context { get; init; }

    /// <summary>The files of one dictionary, or a folder of several; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DictionaryPath { get; init; }

    /// <summary>The site that it reads; null where its files say it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Site { get; init; }

    /// <summary>Whether the effect of removing each feature is measured, too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Ablates { get; init; }
}
