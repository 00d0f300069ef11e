using System.Text.Json.Serialization;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// Sizes and architecture of a decoder-only transformer with causal attention. The defaults are those of the paper's one-layer models, with a smaller
/// context and vocabulary.
/// </summary>
public sealed record TransformerConfig
{
    /// <summary>Most token ids of a model; the largest vocabularies in use have about 260,000.</summary>
    public const int LargestVocabulary = 1 << 20;

    /// <summary>Most layers of a model.</summary>
    public const int MostLayers = 1000;

    /// <summary>Largest width of a residual stream.</summary>
    public const int LargestWidth = 1 << 16;

    /// <summary>Most coordinates of a query where they are not the width's share.</summary>
    public const int LargestHead = 1 << 12;

    /// <summary>Most neurons of a layer.</summary>
    public const int MostNeurons = 1 << 18;

    /// <summary>Longest window, in tokens.</summary>
    public const int LongestContext = 1 << 20;

    public int Layers { get; init; } = 1;

    /// <summary>Width of the residual stream.</summary>
    public int DModel { get; init; } = 128;

    /// <summary>Neurons of each feed-forward layer: n of a dictionary on them.</summary>
    public int DMlp { get; init; } = 512;

    public int Heads { get; init; } = 4;

    /// <summary>Longest window in tokens.</summary>
    public int Context { get; init; } = 256;

    /// <summary>Number of token ids, at most <see cref="LargestVocabulary"/>.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Added to the variance in every LayerNorm.</summary>
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    /// <summary>What it computes.</summary>
    [JsonIgnore]
    public ModelArchitecture Architecture
    {
        get => OtherArchitecture ?? ModelArchitecture.Paper;
        init => OtherArchitecture = value == ModelArchitecture.Paper ? null : value;
    }

    // As JSON, sizes decide which model a run has made: those of the paper's architecture are told as before there were others.
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    private ModelArchitecture? OtherArchitecture { get; init; }

    /// <summary>Coordinates of a query where that is not <see cref="DModel"/> / <see cref="Heads"/>; 0: where it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int OwnHeadSize { get; init; }

    /// <summary>
    /// The token that stands before every window, at the position before its first: the model was trained to find it there. Its own activations are not
    /// among those of a window. Null: none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StartToken { get; init; }

    /// <summary>Coordinates of a query.</summary>
    public int HeadSize => OwnHeadSize > 0 ? OwnHeadSize : DModel / Heads;

    /// <summary>Width of the heads' outputs side by side.</summary>
    [JsonIgnore]
    public int AttentionWidth => Heads * HeadSize;

    /// <summary>Vectors of learned positions: one for each token of a window, and one for the start token.</summary>
    [JsonIgnore]
    public int Positions => Architecture.Rotary is null ? Context + (StartToken is null ? 0 : 1) : 0;

    /// <exception cref="ArgumentException">A size is impossible; the message names it.</exception>
    public void Validate()
    {
        RequireBetween(Layers, 1, MostLayers, nameof(Layers));
        RequireBetween(DModel, 1, LargestWidth, nameof(DModel));
        RequireBetween(DMlp, 1, MostNeurons, nameof(DMlp));
        RequireBetween(Heads, 1, DModel, nameof(Heads));
        RequireBetween(Context, 1, LongestContext, nameof(Context));
        RequireBetween(VocabularySize, 1, LargestVocabulary, nameof(VocabularySize));
        RequireBetween(OwnHeadSize, 0, LargestHead, nameof(OwnHeadSize));
        if (OwnHeadSize == 0 && DModel % Heads != 0)
        {
            throw new ArgumentException($"{nameof(DModel)} {DModel} cannot be divided among {Heads} heads: choose a multiple.");
        }
        if (!(LayerNormEpsilon > 0 && float.IsFinite(LayerNormEpsilon)))
        {
            throw new ArgumentException($"{nameof(LayerNormEpsilon)} {LayerNormEpsilon} is not a small positive number.");
        }
        if (StartToken is { } token)
        {
            RequireBetween(token, 0, VocabularySize - 1, nameof(StartToken));
        }
        Architecture.Validate(this);
    }

    /// <summary>Throws where the engine has no way back: what only finished models have.</summary>
    /// <exception cref="ArgumentException">The message names it.</exception>
    public void CheckTrainable()
    {
        var a = Architecture;
        var what = a.Parallel ? "layers whose halves are parallel" : a.QueryKeyNorm ? "norms of queries and keys" : a.Windows.Any(static window => window > 0) ? "local attention"
            : a.UnembeddingBias ? "a bias of the unembedding" : StartToken is not null ? "a start token" : null;
        if (what is not null)
        {
            throw new ArgumentException($"A model with {what} can be imported, but not be trained here.");
        }
    }

    private static void RequireBetween(int value, int low, int high, string name)
    {
        if (value < low || value > high)
        {
            throw new ArgumentException($"{name} is {value}; it must be from {low} to {high}.");
        }
    }
}
