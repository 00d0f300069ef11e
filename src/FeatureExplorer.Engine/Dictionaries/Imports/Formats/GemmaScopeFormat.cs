using System.Globalization;
using System.Text.RegularExpressions;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>
/// Gemma Scope (Lieberum et al. 2024): <c>params.npz</c> with W_enc [n, m], b_enc, W_dec [m, n], b_dec, threshold, under names that differ in their capitals and underscores. It reads x itself. Layer
/// and L0 are in the path, <c>layer_20/width_16k/average_l0_71</c>; the kind of place only in the release's name. Its transcoders read the MLP's norm and give the MLP's output.
/// </summary>
internal sealed partial class GemmaScopeFormat : IDictionaryFormat
{
    public string Name => "Gemma Scope";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        var (encoder, decoder) = (Find(source, "wenc", "we"), Find(source, "wdec", "wd"));
        if (source.Weights.Format != TensorFiles.TensorFileFormat.Npz || encoder is null || decoder is null || Find(source, "threshold") is not { } threshold)
        {
            return null;
        }

        var path = source.Folder.Replace('\\', '/');
        var transcodes = Transcoders().IsMatch(path);
        if (path.Contains("/embedding", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{source.Weights.FilePath} reads the embeddings, which are no site here: it can read {string.Join(", ", Transformer.Site.HookNames)}.");
        }

        var (encoderBias, decoderBias) = (Demand(source, "benc", "be"), Demand(source, "bdec", "bd"));
        ForeignTensors.DemandKnown(source, Name, encoder, decoder, encoderBias, decoderBias, threshold);
        var (n, m) = (ForeignTensors.Length(source.Weights, decoderBias), ForeignTensors.Length(source.Weights, encoderBias));
        ForeignTensors.CompareTypes(source, encoder, null, string.Empty);
        var l0 = L0().Match(path);
        return new ForeignWeights
        {
            Format = Name,
            Architecture = "jumprelu",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, encoder, n, m, published: false, source.Notes),
            Transcoder = transcodes ? new ForeignTranscoder(n) : null,
            Decoder = ForeignMatrix.Of(source.Weights, decoder, n, m, published: true, source.Notes),
            EncoderBias = encoderBias,
            DecoderBias = decoderBias,
            Activation = DictionaryActivation.JumpRelu,
            Threshold = ForeignTensors.Vector(source.Weights, threshold, m),
            Hook = transcodes ? TranscoderHook(path, "ln2.hook_normalized") : Hook(path),
            OutputHook = transcodes ? TranscoderHook(path, "hook_mlp_out") : null,
            L0 = l0.Success ? double.Parse(l0.Groups[1].Value, CultureInfo.InvariantCulture) : null,
            L0Source = l0.Success ? "average_l0 in the path" : null,
            PrependsBos = true,
        };
    }

    private static string? Hook(string path)
    {
        var (layer, kind) = (Layer().Match(path), Kind().Match(path));
        return !layer.Success || !kind.Success ? null : kind.Groups[1].Value switch
        {
            "res" => $"blocks.{layer.Groups[1].Value}.hook_resid_post",
            "mlp" => $"blocks.{layer.Groups[1].Value}.hook_mlp_out",
            _ => $"blocks.{layer.Groups[1].Value}.attn.hook_z",
        };
    }

    private static string? TranscoderHook(string path, string hook) => Layer().Match(path) is { Success: true } layer ? $"blocks.{layer.Groups[1].Value}.{hook}" : null;

    private static string? Find(ForeignSource source, params ReadOnlySpan<string> names)
    {
        foreach (var tensor in source.Weights.Tensors)
        {
            if (names.Contains(tensor.Name.Replace("_", string.Empty, StringComparison.Ordinal).ToLowerInvariant()))
            {
                return tensor.Name;
            }
        }

        return null;
    }

    private static string Demand(ForeignSource source, string name, string shorter) =>
        Find(source, name, shorter) ?? throw new InvalidDataException($"{source.Weights.FilePath} has no tensor {name[..1]}_{name[1..]}; it has {string.Join(", ", source.Weights.Tensors.Take(12).Select(static tensor => tensor.Name))}.");

    [GeneratedRegex(@"/layer_(\d{1,4})(?:/|$)")]
    private static partial Regex Layer();

    [GeneratedRegex(@"-(res|mlp|att)(?:-canonical)?(?:/|$)")]
    private static partial Regex Kind();

    [GeneratedRegex(@"/[^/]*transcoder[^/]*/layer_\d{1,4}(?:/|$)")]
    private static partial Regex Transcoders();

    [GeneratedRegex(@"/average_l0_(\d{1,6})(?:/|$)")]
    private static partial Regex L0();
}
