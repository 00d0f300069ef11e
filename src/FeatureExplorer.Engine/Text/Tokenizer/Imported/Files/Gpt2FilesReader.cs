using System.Text;
using System.Text.Json;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>Reads GPT-2's two files: the ids of tokens as a JSON object, and the merges as text, one a line after a first line with the version.</summary>
internal static class Gpt2FilesReader
{
    public const string EndOfText = "<|endoftext|>";

    private const string PreTokenizer = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";

    /// <exception cref="FormatException">The two do not belong together, or are something else.</exception>
    public static TokenizerParts Read(JsonElement root, string file, string mergesFile)
    {
        var vocabulary = new VocabularyReader();
        vocabulary.ReadTokens(new JsonPart(root, Path.GetFileName(file)));
        ReadMerges(vocabulary, mergesFile);
        var preTokenizer = new PreTokenizerReader();
        using var rule = JsonDocument.Parse(PreTokenizer);
        preTokenizer.Read(new JsonPart(rule.RootElement, "pre_tokenizer"));
        var end = vocabulary.IdOf(EndOfText);
        return new TokenizerParts
        {
            File = file,
            Vocabulary = vocabulary,
            Options = new PairModelOptions { IsByteLevel = true },
            Added = end is { } id ? [new AddedToken(id, EndOfText, Special: true)] : [],
            PreTokenizer = preTokenizer,
            BeginningOfText = end,
            EndOfText = end,
            PreTokenizerJson = PreTokenizer,
            DecoderJson = PreTokenizer,
        };
    }

    private static void ReadMerges(VocabularyReader vocabulary, string file)
    {
        var name = Path.GetFileName(file);
        var number = 0;
        // Tokens may have any other sign that ends a line elsewhere.
        foreach (var line in Encoding.UTF8.GetString(TokenizerFiles.Bytes(file)).Split('\n'))
        {
            number++;
            var merge = line.TrimEnd('\r');
            if (merge.Length > 0 && !(number == 1 && merge.StartsWith("#version", StringComparison.Ordinal)))
            {
                vocabulary.AddMerge(merge, $"line {number} of {name}");
            }
        }

        if (vocabulary.Merges.Count > TokenizerLimits.MostMerges)
        {
            throw new FormatException($"{name} has {vocabulary.Merges.Count:N0} merges; at most {TokenizerLimits.MostMerges:N0} are read");
        }
    }
}
