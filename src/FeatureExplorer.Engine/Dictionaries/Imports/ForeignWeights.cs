namespace FeatureExplorer.Engine.Dictionaries.Imports;

/// <summary>
/// What a reader of a format found: where the tensors of a dictionary lie, and how it encodes. With s the scale of training,
/// <code>
/// x' = s x − b_dec (or s x)        p = W_enc x' + b_enc        c = p ‖d‖ (or p)        f = σ(c)        s x̂ = Σ f d / ‖d‖ (or f d) + b_dec
/// </code>
/// Where every vector is normalised by itself, x is x' (<see cref="RowNormalisation"/>) and s is 1.
/// A transcoder gives another site's activations, and does so on a scale of their own (<see cref="ForeignTranscoder"/>).
/// <see cref="ForeignAssembly"/> makes one of our dictionaries of it.
/// </summary>
internal sealed record ForeignWeights
{
    public required string Format { get; init; }

    public required string Architecture { get; init; }

    /// <summary>n.</summary>
    public required int Inputs { get; init; }

    /// <summary>m.</summary>
    public required int Features { get; init; }

    /// <summary>Null for an autoencoder.</summary>
    public ForeignTranscoder? Transcoder { get; init; }

    public required ForeignMatrix Encoder { get; init; }

    public required ForeignMatrix Decoder { get; init; }

    /// <summary>Tensor [m], or null for zeros; of the gate, for a gated dictionary.</summary>
    public string? EncoderBias { get; init; }

    /// <summary>Tensor [n], of a transcoder [n′]; or null for zeros.</summary>
    public string? DecoderBias { get; init; }

    public DictionaryActivation Activation { get; init; }

    /// <summary>Most active features, for <see cref="DictionaryActivation.TopK"/>.</summary>
    public int K { get; init; }

    /// <summary>Whether those that stay are the k of largest |c|, with their signs; for <see cref="DictionaryActivation.TopK"/>.</summary>
    public bool Signed { get; init; }

    /// <summary>When a pursuit ends, on the scale of training, for <see cref="DictionaryActivation.MatchingPursuit"/>, whose encoder is its decoder.</summary>
    public PursuitShape? Pursuit { get; init; }

    /// <summary>[m], for <see cref="DictionaryActivation.JumpRelu"/>: what c must exceed.</summary>
    public float[]? Threshold { get; init; }

    /// <summary>Tensor [m] of a gated dictionary.</summary>
    public string? RMag { get; init; }

    /// <summary>Tensor [m] of a gated dictionary.</summary>
    public string? BMag { get; init; }

    /// <summary>Whether the encoder reads s x − b_dec.</summary>
    public bool SubtractsDecoderBias { get; init; }

    /// <summary>Whether c = p ‖d‖.</summary>
    public bool RescalesByDecoderNorm { get; init; }

    /// <summary>s.</summary>
    public float Scale { get; init; } = 1;

    /// <summary>What is done to every vector before it is encoded.</summary>
    public RowNormalisation Normalisation { get; init; }

    /// <summary>[m]: what f is multiplied by before it is decoded; null for ones.</summary>
    public float[]? OutputFactors { get; init; }

    /// <summary>As in <see cref="ImportedDictionary"/>.</summary>
    public string? Hook { get; init; }

    public string? OutputHook { get; init; }

    public string? ModelName { get; init; }

    public double? L0 { get; init; }

    public string? L0Source { get; init; }

    public bool? PrependsBos { get; init; }

    public int? ContextSize { get; init; }
}
