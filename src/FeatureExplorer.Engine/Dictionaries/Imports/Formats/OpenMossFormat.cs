namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// OpenMOSS' current library: <c>config.json</c> and <c>sae_weights.safetensors</c> with W_E [n, m], b_E, W_D [m, n], b_D, activation_function.log_jumprelu_threshold [m], and the mean length of the
/// activations it was trained on, dataset_average_activation_norm.HOOK.
/// </summary>
internal sealed class OpenMossFormat : IDictionaryFormat
{
    private const string LogThreshold = "activation_function.log_jumprelu_threshold";
    private const string MeanLength = "dataset_average_activation_norm.";

    public string Name => "OpenMOSS";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        if (source.Config("config.json") is not { } config || !source.Has("W_E", "W_D"))
        {
            return null;
        }

        var settings = new OpenMossSettings(config);
        settings.DemandSupported();
        var norms = source.Weights.Tensors.Select(static tensor => tensor.Name).Where(static name => name.StartsWith(MeanLength, StringComparison.Ordinal));
        ForeignTensors.DemandKnown(source, Name, ["W_E", "b_E", "W_D", "b_D", LogThreshold, .. norms]);
        var m = ForeignTensors.Length(source.Weights, "b_E");
        var n = config.Count("d_model") ?? throw new InvalidDataException($"{config.FilePath}: d_model is missing; a whole number from 1 on is needed.");
        ForeignTensors.CompareTypes(source, "W_E", config.Text("dtype"), "config.json");
        var weights = new ForeignWeights
        {
            Format = Name,
            Architecture = config.Text("act_fn") ?? "relu",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "W_E", n, m, published: false, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, "W_D", n, m, published: true, source.Notes),
            EncoderBias = "b_E",
            DecoderBias = settings.DecoderBias(source, "b_D"),
            SubtractsDecoderBias = config.Flag("apply_decoder_bias_to_pre_encoder") ?? false,
            RescalesByDecoderNorm = settings.Rescales,
            Normalisation = settings.Normalisation,
            Transcoder = settings.Transcoder(n, options, Mean(source, settings.Output), $"{MeanLength}{settings.Output}"),
            Scale = options.Scale ?? settings.Scale(n, Mean(source, settings.Input)) ?? throw new InvalidDataException(
                $"{config.FilePath}: norm_activation is dataset-wise, and {source.Weights.FilePath} has no {MeanLength}{settings.Input}. Save it with its norms, or give the factor: --scale NUMBER."),
            Hook = settings.Input,
            OutputHook = settings.Output,
            ModelName = config.Text("model_name"),
        };
        return weights.Architecture switch
        {
            "jumprelu" => weights with { Activation = DictionaryActivation.JumpRelu, Threshold = [.. ForeignTensors.Vector(source.Weights, LogThreshold, m).Select(MathF.Exp)] },
            "topk" => weights with { Activation = DictionaryActivation.TopK, K = settings.K(m), L0 = settings.K(m), L0Source = "top_k" },
            "relu" => weights,
            var other => throw new InvalidDataException($"{config.FilePath}: act_fn is \"{other}\"; relu, jumprelu and topk are read. A dictionary of batchtopk is exported as jumprelu."),
        };
    }

    private static double? Mean(ForeignSource source, string? hook) => source.Has(MeanLength + hook) ? source.Weights.ReadScalar(MeanLength + hook) : null;
}
