using System.Text.Json;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>The tokens that begin and end a text, as the files beside a tokenizer name them, and whether the model expects them around every text.</summary>
internal static class TokenizerRoles
{
    /// <summary>Adds what tokenizer_config.json, special_tokens_map.json and config.json say, in this order; where they are silent, the tokenizer keeps its own.</summary>
    public static TokenizerParts Add(TokenizerParts parts, string folder)
    {
        var settings = TokenizerFiles.ReadSettings(Path.Combine(folder, "tokenizer_config.json"), static root => Settings.Read(root));
        var map = TokenizerFiles.ReadSettings(Path.Combine(folder, "special_tokens_map.json"), static root => Settings.Read(root));
        var model = TokenizerFiles.ReadSettings(Path.Combine(folder, "config.json"), static root => Settings.Read(root));
        parts = Named(parts, settings?.Begin ?? map?.Begin, model?.BeginId, parts.BeginningOfText, "bos_token", out var begin);
        parts = Named(parts, settings?.End ?? map?.End, model?.EndId, parts.EndOfText, "eos_token", out var end);
        return parts with
        {
            BeginningOfText = begin,
            EndOfText = end,
            Before = Around(parts.Before, settings?.AddsBegin, begin),
            After = Around(parts.After, settings?.AddsEnd, end),
        };
    }

    // What the settings say goes before what the template says; a template's further tokens stay.
    private static IReadOnlyList<int> Around(IReadOnlyList<int> template, bool? adds, int? token) => adds switch
    {
        null => template,
        true => token is { } id && !template.Contains(id) ? [id, .. template] : template,
        false => [.. template.Where(id => id != token)],
    };

    private static TokenizerParts Named(TokenizerParts parts, string? name, int? modelId, int? known, string field, out int? id)
    {
        id = known;
        if (name is null && modelId is { } number && number < parts.Vocabulary.Tokens.Count + parts.Added.Count)
        {
            name = parts.Added.FirstOrDefault(token => token.Id == number)?.Content ?? parts.Vocabulary.Tokens.ElementAtOrDefault(number);
        }

        if (name is null)
        {
            return parts;
        }

        if (parts.Added.FirstOrDefault(token => token.Content == name) is { } added)
        {
            id = added.Id;
            return parts;
        }

        id = parts.Vocabulary.IdOf(name) ?? throw new FormatException(
            $"the files beside it give \"{JsonPart.Short(name)}\" as {field}, which is no token of its vocabulary; correct it there, or write null");
        return parts with { Added = [.. parts.Added, new AddedToken(id.Value, name, Special: true)] };
    }

    private sealed record Settings(string? Begin, string? End, int? BeginId, int? EndId, bool? AddsBegin, bool? AddsEnd)
    {
        public static Settings Read(JsonElement root)
        {
            var json = new JsonPart(root, string.Empty);
            return new Settings(Token(json["bos_token"]), Token(json["eos_token"]), Id(json["bos_token_id"]), Id(json["eos_token_id"]), Flag(json["add_bos_token"]), Flag(json["add_eos_token"]));
        }

        // A text, or an object with its properties.
        private static string? Token(JsonPart json) => json.IsNull ? null : json.Value.ValueKind == JsonValueKind.Object ? json["content"].Text() : json.Text();

        // A model may end its texts in several ways; the first one is meant then.
        private static int? Id(JsonPart json) => json switch
        {
            { IsNull: true } => null,
            { Value.ValueKind: JsonValueKind.Array } => json.List(TokenizerLimits.MostAddedTokens) is [var first, ..] ? first.Id() : null,
            { Value.ValueKind: JsonValueKind.Number } when json.Value.TryGetInt32(out var id) && id < 0 => null,
            _ => json.Id(),
        };

        private static bool? Flag(JsonPart json) => json.IsNull ? null : json.Flag(otherwise: false);
    }
}
