using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer.Patterns;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>Reads "pre_tokenizer".</summary>
internal sealed class PreTokenizerReader
{
    /// <summary>How GPT-2 cuts text, and ByteLevel unless told otherwise.</summary>
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public List<PreTokenizerStep> Steps { get; } = [];

    public bool IsByteLevel { get; private set; }

    /// <summary>What spaces are replaced by, where they are.</summary>
    public string? Space { get; private set; }

    /// <summary>Whether a text without a space in front gets one.</summary>
    public bool AddsSpace { get; private set; }

    public void Read(JsonPart json)
    {
        if (json.IsNull)
        {
            return;
        }

        var type = json.Type;
        if (type == "Sequence")
        {
            json["pretokenizers"].List(TokenizerLimits.MostComponents).ForEach(Read);
            return;
        }

        if (IsByteLevel)
        {
            // After it the text is no longer text but one character for each byte.
            throw new FormatException($"{json.Path} is a \"{JsonPart.Short(type)}\" after \"ByteLevel\", which is not supported");
        }

        switch (type)
        {
            case "Split":
                ReadSplit(json);
                break;
            case "ByteLevel":
                ReadByteLevel(json);
                break;
            case "Digits":
                var each = json["individual_digits"].Flag(otherwise: false);
                Steps.Add(new SplitStep(Pattern.Of(CodePointSet.Number, runs: !each, "Digits"), each ? SplitBehavior.Isolated : SplitBehavior.Contiguous, invert: false));
                break;
            case "Punctuation":
                Steps.Add(new SplitStep(Pattern.Of(CodePointSet.Punctuation, runs: false, "Punctuation"), Behavior(json, SplitBehavior.Isolated), invert: false));
                break;
            case "Metaspace":
                ReadMetaspace(json);
                break;
            default:
                throw json.Unsupported("pre-tokenizer");
        }
    }

    private void ReadSplit(JsonPart json)
    {
        if (PatternReader.Read(json["pattern"]) is { } pattern)
        {
            Steps.Add(new SplitStep(pattern, Behavior(json, null), json["invert"].Flag(otherwise: false)));
        }
    }

    private void ReadByteLevel(JsonPart json)
    {
        IsByteLevel = true;
        if (json["add_prefix_space"].Flag(otherwise: true))
        {
            AddsSpace = true;
            Steps.Add(new SpaceStep([(byte)' '], prepends: true, onlyFirst: false));
        }

        if (json["use_regex"].Flag(otherwise: true))
        {
            Steps.Add(new SplitStep(new Pattern(Gpt2Pattern), SplitBehavior.Isolated, invert: false));
        }
    }

    private void ReadMetaspace(JsonPart json)
    {
        Space = json["replacement"].Text("▁");
        if (Space.EnumerateRunes().Count() != 1)
        {
            throw json["replacement"].Wrong("one character");
        }

        var otherwise = json["add_prefix_space"].Flag(otherwise: true) ? "always" : "never";
        var scheme = json["prepend_scheme"].Text(otherwise);
        if (scheme is not ("always" or "first" or "never"))
        {
            throw json["prepend_scheme"].Wrong("\"always\", \"first\" or \"never\"");
        }

        AddsSpace = scheme != "never";
        var space = Encoding.UTF8.GetBytes(Space);
        Steps.Add(new SpaceStep(space, AddsSpace, scheme == "first"));
        if (json["split"].Flag(otherwise: true))
        {
            Steps.Add(new SplitStep(Pattern.Literal(Space), SplitBehavior.MergedWithNext, invert: false));
        }
    }

    private static SplitBehavior Behavior(JsonPart json, SplitBehavior? otherwise) => json["behavior"] switch
    {
        { IsNull: true } when otherwise is { } behavior => behavior,
        var field => field.Text() switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            _ => throw field.Wrong("\"Removed\", \"Isolated\", \"MergedWithPrevious\", \"MergedWithNext\" or \"Contiguous\""),
        },
    };
}
