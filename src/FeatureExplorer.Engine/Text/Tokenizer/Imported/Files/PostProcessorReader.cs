namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>Reads "post_processor": the ids that are put before and after every text.</summary>
internal sealed class PostProcessorReader
{
    /// <summary>Whether there is a template at all.</summary>
    public bool HasTemplate { get; private set; }

    public List<int> Before { get; } = [];

    public List<int> After { get; } = [];

    public void Read(JsonPart json)
    {
        if (json.IsNull)
        {
            return;
        }

        switch (json.Type)
        {
            case "ByteLevel":
                break; // says where tokens lie, not which they are
            case "Sequence":
                json["processors"].List(TokenizerLimits.MostComponents).ForEach(Read);
                break;
            case "TemplateProcessing":
                ReadTemplate(json);
                break;
            default:
                throw json.Unsupported("post-processor");
        }
    }

    private void ReadTemplate(JsonPart json)
    {
        if (HasTemplate)
        {
            throw new FormatException($"{json.Path} is a second template, which is not supported");
        }

        HasTemplate = true;
        var texts = 0;
        foreach (var item in json["single"].List(TokenizerLimits.MostComponents))
        {
            if (!item["Sequence"].IsNull)
            {
                texts++;
                continue;
            }

            var name = item["SpecialToken"]["id"].Text();
            var ids = json["special_tokens"][name]["ids"].List(TokenizerLimits.MostComponents).Select(static id => id.Id());
            (texts == 0 ? Before : After).AddRange(ids);
        }

        if (texts != 1)
        {
            throw json["single"].Wrong("a template with the text in it once");
        }
    }
}
