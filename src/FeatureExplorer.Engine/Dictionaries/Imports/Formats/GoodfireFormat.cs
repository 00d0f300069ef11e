using System.Text.RegularExpressions;

namespace FeatureExplorer.Engine.Dictionaries.Imports.Formats;

/// <summary>Goodfire's dictionaries: one PyTorch file with encoder_linear.weight [m, n], encoder_linear.bias, decoder_linear.weight [n, m], decoder_linear.bias. It reads x itself, and f = ReLU.</summary>
internal sealed partial class GoodfireFormat : IDictionaryFormat
{
    public string Name => "Goodfire";

    public ForeignWeights? Read(ForeignSource source, DictionaryImportOptions options)
    {
        if (!source.Has("encoder_linear.weight", "decoder_linear.weight"))
        {
            return null;
        }

        ForeignTensors.DemandKnown(source, Name, "encoder_linear.weight", "encoder_linear.bias", "decoder_linear.weight", "decoder_linear.bias");
        var (n, m) = (ForeignTensors.Length(source.Weights, "decoder_linear.bias"), ForeignTensors.Length(source.Weights, "encoder_linear.bias"));
        ForeignTensors.CompareTypes(source, "encoder_linear.weight", null, string.Empty);
        return new ForeignWeights
        {
            Format = Name,
            Architecture = "standard",
            Inputs = n,
            Features = m,
            Encoder = ForeignMatrix.Of(source.Weights, "encoder_linear.weight", n, m, published: true, source.Notes),
            Decoder = ForeignMatrix.Of(source.Weights, "decoder_linear.weight", n, m, published: false, source.Notes),
            EncoderBias = "encoder_linear.bias",
            DecoderBias = "decoder_linear.bias",
            Hook = Hook(source),
        };
    }

    private static string? Hook(ForeignSource source)
    {
        if (Layer().Match(Path.GetFileName(source.Weights.FilePath)) is not { Success: true } match)
        {
            return null;
        }

        var hook = $"blocks.{match.Groups[1].Value}.hook_resid_post";
        source.Notes.Add($"The file does not say what it reads: {hook} is assumed from its name, as those that Goodfire published read what leaves a layer.");
        return hook;
    }

    [GeneratedRegex(@"[-_]l(\d{1,3})(?:[-_.]|$)")]
    private static partial Regex Layer();
}
