using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>What the configurations of OpenMOSS' library have in common, the old <c>hyperparams.json</c> of Llama Scope and the current <c>config.json</c>.</summary>
internal sealed class OpenMossSettings(ForeignJson config)
{
    private const string TokenWise = "token-wise";

    public ForeignJson Config => config;

    public string? Input => config.Text("hook_point_in");

    public string? Output => config.Text("hook_point_out") ?? config.Text("hook_point_in");

    /// <summary>Whether pre-activations are multiplied by the lengths of decoder rows before they are compared.</summary>
    public bool Rescales => config.Flag("sparsity_include_decoder_norm") ?? true;

    /// <summary>The tensor of the decoder's bias; null where the configuration does not say that there is one, and the weights have none.</summary>
    /// <exception cref="InvalidDataException">It says so, and they have none.</exception>
    public string? DecoderBias(ForeignSource source, string name) => source.Has(name) ? name
        : config.Flag("use_decoder_bias") != true ? null
        : throw new InvalidDataException($"{config.FilePath}: use_decoder_bias is true, and {source.Weights.FilePath} has no tensor {name}. Put the configuration of the same dictionary beside it.");

    /// <summary>Refuses what changes the encoder and is not computed here.</summary>
    public void DemandSupported()
    {
        config.Refuse("sae_type", "it reads or gives several places at once; a dictionary of the type sae is needed", "sae");
        config.Refuse("use_glu_encoder", "its encoder has a gate of its own, which is not supported; import one without it", "false");
        if (config.Text("norm_activation") is "batch-wise")
        {
            throw ForeignTensors.WholeBatch(config.FilePath, $"norm_activation is {config.Text("norm_activation")}");
        }

        config.Refuse("norm_activation", "token-wise, dataset-wise, inference and none are known", TokenWise, "dataset-wise", "inference", "none", "null");
    }

    /// <summary>Whether it gives another place than it reads.</summary>
    public bool Transcodes => Input != Output;

    /// <summary>What a transcoder has beside the rest; null for an autoencoder.</summary>
    /// <param name="n">Width of what it gives: d_model.</param>
    /// <param name="options">What the import was told; one factor is that of both.</param>
    /// <param name="mean">The mean length of what it gives; null where the files do not have it.</param>
    /// <param name="missing">What is missing then.</param>
    public ForeignTranscoder? Transcoder(int n, DictionaryImportOptions options, double? mean, string missing) => !Transcodes
        ? null
        : new ForeignTranscoder(n)
        {
            OutputScale = options.Scale ?? Scale(n, mean) ?? throw new InvalidDataException($"{config.FilePath}: norm_activation is dataset-wise, and {missing} is missing. Add it, or give the factor: --scale NUMBER."),
        };

    /// <summary>Whether every vector is brought to the length √n by itself.</summary>
    public RowNormalisation Normalisation => config.Text("norm_activation") == TokenWise ? RowNormalisation.Norm : RowNormalisation.None;

    /// <summary>√n / mean length of activations, where they were scaled so.</summary>
    /// <param name="n">Inputs.</param>
    /// <param name="mean">The mean length; null where the files do not have it.</param>
    public float? Scale(int n, double? mean) => config.Text("norm_activation") != "dataset-wise" ? 1 : mean is > 0 ? (float)(Math.Sqrt(n) / mean.Value) : null;

    public int K(int features) => config.K("top_k", features);
}
