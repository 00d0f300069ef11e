namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// What a transformer computes besides its sizes. The default is the paper's: LayerNorm, learned positions, ReLU, untied unembedding. The families GPT-2,
/// GPT-Neo, GPT-NeoX and Llama are settings of it; what only scales or reorders weights (fused or separate queries, scaled scores, interleaved rotary
/// pairs, shared keys and values) is done to the weights when a file is read.
/// </summary>
public sealed record ModelArchitecture
{
    /// <summary>The paper's.</summary>
    public static ModelArchitecture Paper { get; } = new();

    public NormKind Norm { get; init; }

    /// <summary>The function of the neurons, or of their gates.</summary>
    public NeuronKind Neurons { get; init; }

    /// <summary>Neurons are f(x · W_gate + b_gate) ∘ (x · W_up + b_up) (Shazeer 2020), not f(x · W_up + b_up).</summary>
    public bool Gated { get; init; }

    /// <summary>The feed-forward layer reads the stream as it was before the layer's attention: y = x + attention(LN₁ x) + feedForward(LN₂ x).</summary>
    public bool Parallel { get; init; }

    /// <summary>The unembedding is the token embedding.</summary>
    public bool TiedUnembedding { get; init; }

    /// <summary>Whether the matrices of attention and feed-forward layers have biases.</summary>
    public bool Biases { get; init; } = true;

    /// <summary>Whether the unembedding has a bias, [V].</summary>
    public bool UnembeddingBias { get; init; }

    /// <summary>Rotary positions (Su et al. 2021); null: a learned vector for each position.</summary>
    public RotaryPositions? Rotary { get; init; }

    /// <summary>Queries and keys of each head are normalised by an RMSNorm with a gain of their own before positions are applied (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>For each layer, how many tokens back a head sees, its own included; 0: all. Empty: all in every layer.</summary>
    public IReadOnlyList<int> Windows { get; init; } = [];

    /// <summary>Tokens that a head of a layer sees, its own included; 0: all before it.</summary>
    public int WindowOf(int layer) => Windows.Count == 0 ? 0 : Windows[layer];

    /// <exception cref="ArgumentException">A setting is impossible; the message names it.</exception>
    public void Validate(TransformerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Rotary?.Validate(config.HeadSize);
        if (!Enum.IsDefined(Norm) || !Enum.IsDefined(Neurons))
        {
            throw new ArgumentException($"There is no normalisation {Norm} or no function of neurons {Neurons}.");
        }

        if (Windows.Count != 0 && (Windows.Count != config.Layers || Windows.Any(static window => window < 0)))
        {
            throw new ArgumentException($"{nameof(Windows)} has {Windows.Count} numbers for {config.Layers} layers; give one for each layer, 0 for all tokens.");
        }
    }

    public bool Equals(ModelArchitecture? other) =>
        other is not null && (Norm, Neurons, Gated, Parallel, TiedUnembedding, Biases, UnembeddingBias, Rotary, QueryKeyNorm)
            == (other.Norm, other.Neurons, other.Gated, other.Parallel, other.TiedUnembedding, other.Biases, other.UnembeddingBias, other.Rotary, other.QueryKeyNorm)
        && Windows.SequenceEqual(other.Windows);

    public override int GetHashCode() => HashCode.Combine(Norm, Neurons, Gated, Parallel, TiedUnembedding, Rotary, QueryKeyNorm, Windows.Count);
}
