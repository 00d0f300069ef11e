using System.Text.Json;
using System.Text.Json.Serialization;

namespace FeatureExplorer.Analysis.Imports;

/// <summary>Reads ["token", 0.5].</summary>
internal sealed class TokenEffectConverter : JsonConverter<PublishedFeature.TokenEffect>
{
    public override PublishedFeature.TokenEffect Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.String);
        var token = reader.GetString()!;
        Expect(reader.Read() && reader.TokenType == JsonTokenType.Number);
        var weight = reader.GetDouble();
        Expect(reader.Read() && reader.TokenType == JsonTokenType.EndArray);
        return new PublishedFeature.TokenEffect(token, weight);
    }

    public override void Write(Utf8JsonWriter writer, PublishedFeature.TokenEffect value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(value.Token);
        writer.WriteNumberValue(value.Weight);
        writer.WriteEndArray();
    }

    private static void Expect(bool holds)
    {
        if (!holds)
        {
            throw new JsonException("A logit weight is not a token and a number.");
        }
    }
}
