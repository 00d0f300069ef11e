using System.Text;
using System.Text.Json;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>Reads Hugging Face's tokenizer.json, as far as it holds byte-pair encoding; what would change the ids and is not supported is refused by name.</summary>
internal static class TokenizerJsonReader
{
    /// <summary>Written beside an added token by <see cref="TokenizerJsonWriter"/>; other readers pass over it.</summary>
    public const string Roles = "roles";

    public const string BeginningRole = "beginning_of_text";
    public const string EndRole = "end_of_text";

    /// <exception cref="FormatException">It is no tokenizer that can be used here.</exception>
    public static TokenizerParts Read(JsonElement root, string file)
    {
        var json = new JsonPart(root, string.Empty);
        var model = json["model"];
        CheckModel(model);
        var (normalizer, preTokenizer, decoder, postProcessor) = (new NormalizerReader(), new PreTokenizerReader(), new DecoderReader(), new PostProcessorReader());
        normalizer.Read(json["normalizer"]);
        preTokenizer.Read(json["pre_tokenizer"]);
        decoder.Read(json["decoder"]);
        postProcessor.Read(json["post_processor"]);
        var vocabulary = new VocabularyReader();
        vocabulary.ReadTokens(model["vocab"]);
        vocabulary.ReadMerges(model["merges"]);
        var added = ReadAdded(json["added_tokens"], vocabulary, out var roles);
        return new TokenizerParts
        {
            File = file,
            Vocabulary = vocabulary,
            Options = Options(model, vocabulary, preTokenizer.IsByteLevel),
            Added = added,
            Normalizer = normalizer,
            PreTokenizer = preTokenizer,
            Space = preTokenizer.Space ?? normalizer.Space ?? decoder.Space,
            AddsSpace = preTokenizer.AddsSpace || normalizer.Prefix is { Length: > 0 },
            Before = postProcessor.Before,
            After = postProcessor.After,
            BeginningOfText = roles.GetValueOrDefault(BeginningRole),
            EndOfText = roles.GetValueOrDefault(EndRole),
            NormalizerJson = Compact(json["normalizer"]),
            PreTokenizerJson = Compact(json["pre_tokenizer"]),
            DecoderJson = Compact(json["decoder"]),
        };
    }

    private static void CheckModel(JsonPart model)
    {
        if (model["type"] is { IsNull: false } type && type.Text() != "BPE")
        {
            throw new FormatException($"model is a \"{JsonPart.Short(type.Text())}\"; only \"BPE\" can be used");
        }

        foreach (var name in (string[])["dropout", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            model.MustBeOff(name);
        }
    }

    private static PairModelOptions Options(JsonPart model, VocabularyReader vocabulary, bool isByteLevel)
    {
        int? unknown = null;
        if (!model["unk_token"].IsNull)
        {
            var token = model["unk_token"].Text();
            unknown = vocabulary.IdOf(token) ?? throw new FormatException($"model.unk_token is \"{JsonPart.Short(token)}\", which is no token of the vocabulary");
        }

        return new PairModelOptions
        {
            Unknown = unknown,
            FusesUnknown = model["fuse_unk"].Flag(otherwise: false),
            HasByteFallback = model["byte_fallback"].Flag(otherwise: false),
            IgnoreMerges = model["ignore_merges"].Flag(otherwise: false),
            IsByteLevel = isByteLevel,
        };
    }

    private static List<AddedToken> ReadAdded(JsonPart json, VocabularyReader vocabulary, out Dictionary<string, int?> roles)
    {
        var added = new List<AddedToken>();
        roles = new Dictionary<string, int?>(StringComparer.Ordinal);
        if (json.IsNull)
        {
            return added;
        }

        var ids = new Dictionary<int, string>();
        foreach (var item in json.List(TokenizerLimits.MostAddedTokens))
        {
            var special = item["special"].Flag(otherwise: false);
            var token = new AddedToken(
                item["id"].Id(), item["content"].Text(), item["single_word"].Flag(otherwise: false), item["lstrip"].Flag(otherwise: false), item["rstrip"].Flag(otherwise: false),
                item["normalized"].Flag(!special), special);
            if (token.Content.Length is 0 or > TokenizerLimits.LongestToken)
            {
                throw item["content"].Wrong($"a text of 1 to {TokenizerLimits.LongestToken} characters");
            }

            Check(token, vocabulary, item.Path);
            if (!ids.TryAdd(token.Id, token.Content))
            {
                throw new FormatException($"{item.Path}.id is {token.Id}, which belongs to \"{JsonPart.Short(ids[token.Id])}\" already");
            }

            added.Add(token);
            foreach (var role in item[Roles].IsNull ? [] : item[Roles].List(TokenizerLimits.MostComponents))
            {
                roles[role.Text()] = token.Id;
            }
        }

        return added;
    }

    private static void Check(AddedToken token, VocabularyReader vocabulary, string place)
    {
        if (vocabulary.IdOf(token.Content) is { } id && id != token.Id)
        {
            throw new FormatException($"{place} gives \"{JsonPart.Short(token.Content)}\" the id {token.Id}, but the vocabulary gives it {id}");
        }

        if (token.Id < vocabulary.Tokens.Count && vocabulary.Tokens[token.Id] is { } other && other != token.Content)
        {
            throw new FormatException($"{place} gives \"{JsonPart.Short(token.Content)}\" the id {token.Id}, which is \"{JsonPart.Short(other)}\" in the vocabulary");
        }
    }

    // In one form, whatever the file's white space, so that what is written again is the same.
    private static string? Compact(JsonPart json)
    {
        if (json.IsNull)
        {
            return null;
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, TokenizerJsonWriter.Options))
        {
            json.Value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
