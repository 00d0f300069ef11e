using FeatureExplorer.Engine.Text.Tokenizer.Patterns;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>Reads {"String": …} and {"Regex": …}.</summary>
internal static class PatternReader
{
    /// <summary>The pattern; null for an empty text, which is found nowhere.</summary>
    public static Pattern? Read(JsonPart json)
    {
        if (!json["String"].IsNull)
        {
            var literal = json["String"].Text();
            return literal.Length == 0 ? null : Pattern.Literal(literal);
        }

        if (json["Regex"].IsNull)
        {
            throw json.Wrong("an object with \"String\" or \"Regex\"");
        }

        try
        {
            return new Pattern(json["Regex"].Text());
        }
        catch (FormatException exception)
        {
            throw new FormatException($"{json.Path}: {exception.Message}", exception);
        }
    }
}
