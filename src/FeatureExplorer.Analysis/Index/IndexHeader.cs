using System.Text.Json.Serialization;

namespace FeatureExplorer.Analysis.Index;

/// <summary>What an activation index was made from; stored as JSON at the start of the file.</summary>
public sealed record IndexHeader
{
    /// <summary>Hash of the tokenised corpus.</summary>
    public required string Corpus { get; init; }

    /// <summary>Hash of the tokenizer.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>Hash of the model's weights.</summary>
    public required string Model { get; init; }

    /// <summary>Hash of the dictionary's weights.</summary>
    public required string Dictionary { get; init; }

    /// <summary>Version of the program that wrote the file.</summary>
    public string CreatedBy { get; init; } = typeof(IndexHeader).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>Whether it has σ of every token, as for a dictionary that normalises each by itself; set by the builder.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasGains { get; init; }

    /// <summary>Held-out tokens covered, from the start of the split; set by the builder.</summary>
    public long Tokens { get; init; }

    /// <summary>Number of features m; set by the builder.</summary>
    public int Features { get; init; }

    /// <summary>Number of nonzero activations; set by the builder.</summary>
    public long Activations { get; init; }
}
