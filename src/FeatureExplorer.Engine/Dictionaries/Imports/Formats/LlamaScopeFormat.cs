using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// Llama Scope (He et al. 2024), by an earlier version of OpenMOSS' library: <c>hyperparams.json</c> and <c>checkpoints/final.safetensors</c> with encoder.weight [m, n], encoder.bias, decoder.weight
/// [n, m], decoder.bias. Activations are scaled to the mean length √n; the one threshold is of activations as the model gives them, with decoder rows of length 1.
/// </summary>
internal sealed class LlamaScopeFormat : IDictionaryFormat
{
    public string Name => "Llama Scope";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        if (source.Config("hyperparams.json") is not { } config || !source.Has("encoder.weight", "decoder.weight"))
        {
            return null;
        }

        var settings = new OpenMossSettings(config);
        settings.DemandSupported();
        ForeignTensors.DemandKnown(source, Name, "encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias");
        var m = ForeignTensors.Length(source.Weights, "encoder.bias");
        var n = config.Count("d_model") ?? throw new InvalidDataException($"{config.FilePath}: d_model is missing; a whole number from 1 on is needed.");
        var scale = options.Scale ?? settings.Scale(n, config.Object("dataset_average_activation_norm")?.Number("in")) ?? throw new InvalidDataException(
            $"{config.FilePath}: norm_activation is dataset-wise, and dataset_average_activation_norm.in is missing. Add it, or give the factor: --scale NUMBER.");
        ForeignTensors.CompareTypes(source, "encoder.weight", config.Text("dtype"), "hyperparams.json");
        var weights = new ForeignWeights
        {
            Format = Name,
            Architecture = config.Text("act_fn") ?? "relu",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "encoder.weight", n, m, published: true, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, "decoder.weight", n, m, published: false, source.Notes),
            EncoderBias = "encoder.bias",
            DecoderBias = settings.DecoderBias(source, "decoder.bias"),
            SubtractsDecoderBias = config.Flag("apply_decoder_bias_to_pre_encoder") ?? false,
            RescalesByDecoderNorm = settings.Rescales,
            Transcoder = settings.Transcoder(n, options, config.Object("dataset_average_activation_norm")?.Number("out"), "dataset_average_activation_norm.out"),
            Scale = scale,
            Hook = settings.Input,
            OutputHook = settings.Output,
            ModelName = config.Text("model_name"),
        };
        return weights.Architecture switch
        {
            "jumprelu" => WithThreshold(source, config, weights),
            "topk" => weights with { Activation = DictionaryActivation.TopK, K = settings.K(m), L0 = settings.K(m), L0Source = "top_k" },
            "relu" => weights,
            var other => throw new InvalidDataException($"{config.FilePath}: act_fn is \"{other}\"; relu, jumprelu and topk are read."),
        };
    }

    private static ForeignWeights WithThreshold(ForeignSource source, ForeignJson config, ForeignWeights weights)
    {
        var threshold = config.Number("jump_relu_threshold") ?? throw new InvalidDataException($"{config.FilePath}: jump_relu_threshold is missing, which act_fn jumprelu needs.");
        source.Notes.Add("Its threshold is taken as one of activations in the model's own scale, as SAELens reads it.");
        return weights with { Activation = DictionaryActivation.JumpRelu, Threshold = Enumerable.Repeat((float)threshold * (weights.Transcoder?.OutputScale ?? weights.Scale), weights.Features).ToArray() };
    }
}
