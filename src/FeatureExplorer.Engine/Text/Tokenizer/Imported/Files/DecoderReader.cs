namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>Reads "decoder": checks that tokens are turned into text as is done here.</summary>
internal sealed class DecoderReader
{
    /// <summary>The sign that stands for a space, where the decoder says so.</summary>
    public string? Space { get; private set; }

    public void Read(JsonPart json)
    {
        if (json.IsNull)
        {
            return;
        }

        switch (json.Type)
        {
            case "ByteLevel" or "ByteFallback" or "Fuse" or "Strip":
                break;
            case "Sequence":
                json["decoders"].List(TokenizerLimits.MostComponents).ForEach(Read);
                break;
            case "Metaspace":
                Space ??= json["replacement"].Text("▁");
                break;
            case "Replace":
                var sign = json["pattern"]["String"];
                if (sign.IsNull || sign.Text().Length == 0 || json["content"].Text() != " ")
                {
                    throw json.Unsupported("decoder");
                }

                Space ??= sign.Text();
                break;
            default:
                throw json.Unsupported("decoder");
        }
    }
}
