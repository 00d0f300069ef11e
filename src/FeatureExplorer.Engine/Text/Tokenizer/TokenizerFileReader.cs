using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>Reads what <see cref="TokenizerFileWriter"/> writes, in either form of merges, and refuses what would encode differently here.</summary>
internal static class TokenizerFileReader
{
    /// <exception cref="InvalidDataException">The file is damaged or describes another kind of tokenizer.</exception>
    public static ByteLevelTokenizer Load(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(Checksums.ReadAllBytes(file));
            return Read(json.RootElement);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file} is not valid JSON: {JsonFault.Of(exception)}.", exception);
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file} is not a tokenizer that can be used here: {JsonFault.Of(exception)}.", exception);
        }
    }

    /// <summary>Whether a tokenizer is of the kind that is trained here: it cuts text as those do, and has no token but theirs, such as those that a padded vocabulary ends with.</summary>
    public static bool IsOurs(JsonElement root) => CutsAsOurs(root) && !(root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array && added.GetArrayLength() > 1);

    /// <summary>Whether a tokenizer cuts text as those do that are trained here.</summary>
    public static bool CutsAsOurs(JsonElement root) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("pre_tokenizer", out var rule) && FindPattern(rule) == PreTokenizer.Pattern;

    public static ByteLevelTokenizer Read(JsonElement root)
    {
        var model = Object(root, "model");
        if (model.TryGetProperty("type", out var type) && type.GetString() != "BPE")
        {
            throw new FormatException($"its model is {type}, not BPE");
        }

        CheckWhatCannotBeHonoured(root, model);
        var vocabulary = ReadVocabulary(Object(model, "vocab"));
        var merges = ReadMerges(model, vocabulary);
        if (vocabulary.Count != ByteLevelTokenizer.FirstMerge + merges.Count)
        {
            throw new FormatException($"{vocabulary.Count} tokens, but end of text, 256 bytes and {merges.Count} merges make {ByteLevelTokenizer.FirstMerge + merges.Count}");
        }

        return new ByteLevelTokenizer(merges);
    }

    private static void CheckWhatCannotBeHonoured(JsonElement root, JsonElement model)
    {
        if (root.TryGetProperty("normalizer", out var normalizer) && normalizer.ValueKind != JsonValueKind.Null)
        {
            throw new FormatException("it has a normalizer");
        }

        var pattern = root.TryGetProperty("pre_tokenizer", out var rule) ? FindPattern(rule) : null;
        if (pattern != PreTokenizer.Pattern)
        {
            throw new FormatException($"its pre-tokenizer must split by the regular expression {PreTokenizer.Pattern}, but splits by {pattern ?? "none"}");
        }

        foreach (var name in (string[])["dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"])
        {
            if (model.TryGetProperty(name, out var value)
                && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)
                && !(value.ValueKind == JsonValueKind.String && value.GetString() == ""))
            {
                throw new FormatException($"its model sets {name}");
            }
        }
    }

    /// <summary>The first regular expression within the pre-tokenizer.</summary>
    private static string? FindPattern(JsonElement rule)
    {
        if (rule.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (rule.TryGetProperty("pattern", out var pattern) && pattern.ValueKind == JsonValueKind.Object && pattern.TryGetProperty("Regex", out var regex))
        {
            return regex.GetString();
        }

        return rule.TryGetProperty("pretokenizers", out var parts) && parts.ValueKind == JsonValueKind.Array
            ? parts.EnumerateArray().Select(FindPattern).FirstOrDefault(found => found is not null)
            : null;
    }

    private static Dictionary<string, int> ReadVocabulary(JsonElement json)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in json.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out var id) || id is < 0 or >= ByteLevelTokenizer.LargestVocabulary)
            {
                throw new FormatException($"the id of \"{token.Name}\" is {token.Value}, not a whole number below {ByteLevelTokenizer.LargestVocabulary}");
            }

            if (!vocabulary.TryAdd(token.Name, id))
            {
                throw new FormatException($"\"{token.Name}\" is in the vocabulary twice");
            }
        }

        Expect(ByteLevelTokenizer.EndOfTextToken, ByteLevelTokenizer.EndOfText);
        for (var value = 0; value < 256; value++)
        {
            Expect(ByteCharacters.Of((byte)value).ToString(), ByteLevelTokenizer.FirstByte + value);
        }

        return vocabulary;

        void Expect(string token, int id)
        {
            if (!vocabulary.TryGetValue(token, out var found) || found != id)
            {
                throw new FormatException($"\"{token}\" must have id {id} (0 is the end of text, 1 to 256 are the bytes, then come the merges)");
            }
        }
    }

    private static List<(int Left, int Right)> ReadMerges(JsonElement model, Dictionary<string, int> vocabulary)
    {
        if (!model.TryGetProperty("merges", out var json) || json.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("its model has no list \"merges\"");
        }

        var merges = new List<(int, int)>();
        foreach (var merge in json.EnumerateArray())
        {
            var (left, right) = ReadPair(merge);
            var id = ByteLevelTokenizer.FirstMerge + merges.Count;
            if (!vocabulary.TryGetValue(left, out var leftId)
                || !vocabulary.TryGetValue(right, out var rightId)
                || !vocabulary.TryGetValue(left + right, out var merged)
                || merged != id
                || leftId == ByteLevelTokenizer.EndOfText || leftId >= id
                || rightId == ByteLevelTokenizer.EndOfText || rightId >= id)
            {
                throw new FormatException($"merge {merges.Count}, \"{left}\" and \"{right}\", does not make the token with id {id} from tokens before it");
            }

            merges.Add((leftId, rightId));
        }

        return merges;
    }

    /// <summary>Since version 0.20 a merge is a list of two strings; before, it was one string with a space between.</summary>
    private static (string Left, string Right) ReadPair(JsonElement merge)
    {
        var parts = merge.ValueKind switch
        {
            JsonValueKind.Array => [.. merge.EnumerateArray().Select(part => part.GetString())],
            JsonValueKind.String => merge.GetString()!.Split(' '),
            _ => Array.Empty<string?>(),
        };
        return parts is [{ } left, { } right] ? (left, right) : throw new FormatException($"a merge is two tokens, not {merge.GetRawText()}");
    }

    private static JsonElement Object(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value
            : throw new FormatException($"it has no object \"{name}\"");
}
