using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>Writes an imported tokenizer as tokenizer.json, whatever files it came from. What is read from it and written again is the same to the byte.</summary>
internal static class TokenizerJsonWriter
{
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(ImportedTokenizer tokenizer, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, Options);
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAdded(tokenizer, json);
        WriteRaw(json, "normalizer", tokenizer.Parts.NormalizerJson);
        WriteRaw(json, "pre_tokenizer", tokenizer.Parts.PreTokenizerJson);
        WriteTemplate(tokenizer, json);
        WriteRaw(json, "decoder", tokenizer.Parts.DecoderJson);
        WriteModel(tokenizer, json);
        json.WriteEndObject();
    }

    private static void WriteAdded(ImportedTokenizer tokenizer, Utf8JsonWriter json)
    {
        json.WriteStartArray("added_tokens");
        foreach (var token in tokenizer.Parts.Added)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Content);
            json.WriteBoolean("single_word", token.SingleWord);
            json.WriteBoolean("lstrip", token.LeftStrip);
            json.WriteBoolean("rstrip", token.RightStrip);
            json.WriteBoolean("normalized", token.Normalized);
            json.WriteBoolean("special", token.Special);
            var (begins, ends) = (token.Id == tokenizer.BeginningOfText, token.Id == tokenizer.EndOfText);
            if (begins || ends)
            {
                json.WriteStartArray(TokenizerJsonReader.Roles);
                foreach (var role in (string[])[.. begins ? [TokenizerJsonReader.BeginningRole] : Array.Empty<string>(), .. ends ? [TokenizerJsonReader.EndRole] : Array.Empty<string>()])
                {
                    json.WriteStringValue(role);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, string? value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value ?? "null");
    }

    private static void WriteTemplate(ImportedTokenizer tokenizer, Utf8JsonWriter json)
    {
        if (tokenizer.Before.Count + tokenizer.After.Count == 0)
        {
            json.WriteNull("post_processor");
            return;
        }

        json.WriteStartObject("post_processor");
        json.WriteString("type", "TemplateProcessing");
        foreach (var (name, texts) in ((string, string[])[])[("single", ["A"]), ("pair", ["A", "B"])])
        {
            json.WriteStartArray(name);
            foreach (var text in texts)
            {
                WriteTemplate(tokenizer, json, text, text == "A" ? 0 : 1);
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("special_tokens");
        foreach (var id in tokenizer.Before.Concat(tokenizer.After).Distinct())
        {
            json.WriteStartObject(tokenizer.Spelling(id));
            json.WriteString("id", tokenizer.Spelling(id));
            json.WriteStartArray("ids");
            json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            json.WriteStringValue(tokenizer.Spelling(id));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTemplate(ImportedTokenizer tokenizer, Utf8JsonWriter json, string text, int type)
    {
        foreach (var (kind, id) in tokenizer.Before.Select(id => ("SpecialToken", tokenizer.Spelling(id)))
            .Append(("Sequence", text)).Concat(tokenizer.After.Select(id => ("SpecialToken", tokenizer.Spelling(id)))))
        {
            json.WriteStartObject();
            json.WriteStartObject(kind);
            json.WriteString("id", id);
            json.WriteNumber("type_id", type);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private static void WriteModel(ImportedTokenizer tokenizer, Utf8JsonWriter json)
    {
        var options = tokenizer.Model.Options;
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteString("unk_token", options.Unknown is { } unknown ? tokenizer.Spelling(unknown) : null);
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", options.FusesUnknown);
        json.WriteBoolean("byte_fallback", options.HasByteFallback);
        json.WriteBoolean("ignore_merges", options.IgnoreMerges);
        json.WriteStartObject("vocab");
        for (var id = 0; id < tokenizer.ModelSpellings.Count; id++)
        {
            if (!tokenizer.ModelSpellings[id].IsEmpty)
            {
                json.WriteNumber(tokenizer.ModelSpellings[id], id);
            }
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right, _) in tokenizer.Model.Merges.InOrder)
        {
            json.WriteStartArray();
            json.WriteStringValue(Encoding.UTF8.GetString(tokenizer.ModelSpellings[left]));
            json.WriteStringValue(Encoding.UTF8.GetString(tokenizer.ModelSpellings[right]));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
