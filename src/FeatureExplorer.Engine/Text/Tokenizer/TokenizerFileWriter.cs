using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>
/// A tokenizer as Hugging Face's tokenizer.json: in the vocabulary each byte is written as one printable character (GPT-2's table: the
/// printable bytes of Latin-1 as themselves, the other 68 as U+0100 upwards).
/// </summary>
internal static class TokenizerFileWriter
{
    public static void Save(ByteLevelTokenizer tokenizer, string file) => Checksums.Write(file, stream => Write(tokenizer, stream));

    private static void Write(ByteLevelTokenizer tokenizer, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAddedTokens(json);
        json.WriteNull("normalizer");
        WritePreTokenizer(json);
        json.WriteNull("post_processor");
        json.WritePropertyName("decoder");
        WriteByteLevel(json);
        WriteModel(tokenizer, json);
        json.WriteEndObject();
    }

    private static void WriteAddedTokens(Utf8JsonWriter json)
    {
        json.WriteStartArray("added_tokens");
        json.WriteStartObject();
        json.WriteNumber("id", ByteLevelTokenizer.EndOfText);
        json.WriteString("content", ByteLevelTokenizer.EndOfTextToken);
        json.WriteBoolean("single_word", false);
        json.WriteBoolean("lstrip", false);
        json.WriteBoolean("rstrip", false);
        json.WriteBoolean("normalized", false);
        json.WriteBoolean("special", true);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WritePreTokenizer(Utf8JsonWriter json)
    {
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", PreTokenizer.Pattern);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        WriteByteLevel(json);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", false);
        json.WriteEndObject();
    }

    private static void WriteModel(ByteLevelTokenizer tokenizer, Utf8JsonWriter json)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        json.WriteStartObject("vocab");
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            json.WriteNumber(Spelling(tokenizer, id), id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in tokenizer.Merges)
        {
            json.WriteStartArray();
            json.WriteStringValue(Spelling(tokenizer, left));
            json.WriteStringValue(Spelling(tokenizer, right));
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static string Spelling(ByteLevelTokenizer tokenizer, int id)
    {
        if (id == ByteLevelTokenizer.EndOfText)
        {
            return ByteLevelTokenizer.EndOfTextToken;
        }

        var spelling = new StringBuilder();
        foreach (var value in tokenizer.Bytes(id))
        {
            spelling.Append(ByteCharacters.Of(value));
        }

        return spelling.ToString();
    }
}
