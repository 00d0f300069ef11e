using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>Reads "normalizer".</summary>
internal sealed class NormalizerReader
{
    public List<INormalizer> Normalizers { get; } = [];

    /// <summary>What spaces are replaced by, where they are.</summary>
    public string? Space { get; private set; }

    /// <summary>What is put in front of a text.</summary>
    public string? Prefix { get; private set; }

    public void Read(JsonPart json)
    {
        if (json.IsNull)
        {
            return;
        }

        switch (json.Type)
        {
            case "Sequence":
                json["normalizers"].List(TokenizerLimits.MostComponents).ForEach(Read);
                break;
            case "Prepend":
                Prefix = json["prepend"].Text();
                if (Prefix.Length > 0)
                {
                    Normalizers.Add(new PrependNormalizer(Encoding.UTF8.GetBytes(Prefix)));
                }

                break;
            case "Replace":
                ReadReplace(json);
                break;
            case "NFC":
                Normalizers.Add(new ComposingNormalizer());
                break;
            case "Strip":
                Normalizers.Add(new StripNormalizer(json["strip_left"].Flag(otherwise: true), json["strip_right"].Flag(otherwise: true)));
                break;
            default:
                throw json.Unsupported("normalizer");
        }
    }

    private void ReadReplace(JsonPart json)
    {
        var content = json["content"].Text();
        if (!json["pattern"]["String"].IsNull && json["pattern"]["String"].Text() == " ")
        {
            Space = content;
        }

        if (PatternReader.Read(json["pattern"]) is { } pattern)
        {
            Normalizers.Add(new ReplaceNormalizer(pattern, Encoding.UTF8.GetBytes(content)));
        }
    }
}
