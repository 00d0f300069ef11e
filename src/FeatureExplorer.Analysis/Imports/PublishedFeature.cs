using System.Text.Json.Serialization;

namespace FeatureExplorer.Analysis.Imports;

/// <summary>A feature as the paper's browser publishes it, one JSON file each; numbers are rounded to four significant digits there.</summary>
/// <remarks>What may be missing has a setter: the generated reader would overwrite the defaults of init properties.</remarks>
internal sealed record PublishedFeature
{
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    /// <summary>A random sample of at most 1,000 nonzero activations, counted in bins from 0 to the sample's maximum.</summary>
    [JsonPropertyName("act_buckets")]
    public required IReadOnlyList<double> ActivationCounts { get; init; }

    [JsonPropertyName("act_bucket_edges")]
    public required IReadOnlyList<double> ActivationEdges { get; init; }

    /// <summary>The logit weights of the whole vocabulary.</summary>
    [JsonPropertyName("logit_buckets")]
    public IReadOnlyList<double> LogitCounts { get; set; } = [];

    [JsonPropertyName("logit_bucket_edges")]
    public IReadOnlyList<double> LogitEdges { get; set; } = [];

    [JsonPropertyName("examples_quantiles")]
    public required IReadOnlyList<Group> Groups { get; init; }

    [JsonPropertyName("statistics")]
    public required Figures Statistics { get; init; }

    [JsonPropertyName("logit_effects")]
    public Effects? LogitEffects { get; set; }

    /// <summary>Examples of one level: "Top Activations", "Subsample Interval 0" …, "Bottom Activations".</summary>
    public sealed record Group
    {
        [JsonPropertyName("quantile_name")]
        public required string Name { get; init; }

        [JsonPropertyName("quantile_max_act")]
        public double Max { get; set; }

        [JsonPropertyName("examples")]
        public required IReadOnlyList<Window> Examples { get; init; }
    }

    /// <summary>One example.</summary>
    public sealed record Window
    {
        [JsonPropertyName("tokens_str_list")]
        public required IReadOnlyList<string> Tokens { get; init; }

        [JsonPropertyName("tokens_acts_list")]
        public required IReadOnlyList<double> Activations { get; init; }

        [JsonPropertyName("train_token_ind")]
        public required int Centre { get; init; }

        [JsonPropertyName("is_repeated_datapoint")]
        public int Repeated { get; set; }

        [JsonPropertyName("datapoint_ind")]
        public long Datapoint { get; set; }

        [JsonPropertyName("ablations")]
        public Ablations? Ablations { get; set; }
    }

    /// <summary>What taking the feature out does; lists of tokens are [rank][position].</summary>
    public sealed record Ablations
    {
        [JsonPropertyName("loss_ablation")]
        public required IReadOnlyList<double> Loss { get; init; }

        [JsonPropertyName("top_logit_ablation_tokens_str")]
        public IReadOnlyList<IReadOnlyList<string>> RisingTokens { get; set; } = [];

        [JsonPropertyName("top_logit_ablation_values")]
        public IReadOnlyList<IReadOnlyList<double>> RisingValues { get; set; } = [];

        [JsonPropertyName("bottom_logit_ablation_tokens_str")]
        public IReadOnlyList<IReadOnlyList<string>> FallingTokens { get; set; } = [];

        [JsonPropertyName("bottom_logit_ablation_values")]
        public IReadOnlyList<IReadOnlyList<double>> FallingValues { get; set; } = [];

        [JsonPropertyName("residual_loss_ablation")]
        public IReadOnlyList<double>? ErrorLoss { get; set; }
    }

    public sealed record Figures
    {
        [JsonPropertyName("density_frac")]
        public required double Density { get; init; }

        [JsonPropertyName("global_max_act")]
        public required double Max { get; init; }

        [JsonPropertyName("abs_max_neuron_weights")]
        public IReadOnlyList<double> NeuronWeights { get; set; } = [];

        [JsonPropertyName("abs_max_neuron_inds")]
        public IReadOnlyList<int> Neurons { get; set; } = [];

        [JsonPropertyName("l1_max_neuron_weights")]
        public IReadOnlyList<double> NeuronShares { get; set; } = [];
    }

    /// <summary>The largest and the smallest logit weights, each a token and a weight; the most negative is last.</summary>
    public sealed record Effects
    {
        [JsonPropertyName("positives")]
        public required IReadOnlyList<TokenEffect> Positives { get; init; }

        [JsonPropertyName("negatives")]
        public required IReadOnlyList<TokenEffect> Negatives { get; init; }
    }

    [JsonConverter(typeof(TokenEffectConverter))]
    public sealed record TokenEffect(string Token, double Weight);
}
