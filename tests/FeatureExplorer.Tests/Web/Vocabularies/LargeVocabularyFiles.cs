using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Exported;
using FeatureExplorer.Tests.Engine.Transformer;

namespace FeatureExplorer.Tests.Web.Vocabularies;

/// <summary>
/// A model of the Llama kind with random weights, a tokenizer of a vocabulary that does not fit into two bytes, a dictionary and a text. Bytes have the ids 0 to 255;
/// words that the text is made of have ids above 65,535, and between them lie tokens that no text gives.
/// </summary>
internal static class LargeVocabularyFiles
{
    public const int FirstWord = 65_700;

    public const int Mark = 70_000;

    /// <summary>Ids of the model, which has more than its tokenizer.</summary>
    public const int Ids = 70_016;

    public const int Features = 40;

    /// <summary>Tokens that merge, each from two before it; the two bytes of ш stay two tokens.</summary>
    public static IReadOnlyList<(string Left, string Right)> Words { get; } = [("Ġ", "t"), ("h", "e"), ("Ġt", "he"), ("Ġ", "c"), ("a", "t"), ("Ġc", "at"), ("Ã", "©"), ("o", "n")];

    public static int Id(string spelling) => FirstWord + Words.Select(static pair => pair.Left + pair.Right).ToList().IndexOf(spelling);

    public static string Text() =>
        string.Concat(Enumerable.Range(0, 700).Select(static i => $"{(i % 3 == 0 ? "é" : "On")} the cat {i} шах then{(i % 2 == 0 ? " the chat" : "\tat the end")} of {i * 37 % 64}\n\n"));

    public static TransformerConfig Config { get; } = Architectures.Of("llama") with { Layers = 1, DModel = 16, DMlp = 24, Heads = 2, Context = 32, VocabularySize = Ids, Architecture = Architectures.Of("llama").Architecture with { Rotary = new() { Dimensions = 8 } } };

    /// <summary>The folder of the model, as others would leave it.</summary>
    public static void WriteModel(string folder)
    {
        using var model = TransformerModel.Create(Config, seed: 3);
        NewFolder.Write(folder, sink => HuggingFaceModel.Write(model, null, sink));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer().ToJsonString());
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"}""");
    }

    /// <summary>A ReLU dictionary on the residual stream after the layer.</summary>
    public static void WriteDictionary(string folder)
    {
        using var dictionary = new SparseAutoencoder(Config.DModel, Features) { Site = new Site(SiteKind.ResidPost, 0) };
        var random = new CounterRandom(5);
        foreach (var (name, scale) in (ReadOnlySpan<(string, float)>)[("enc", 1f), ("dec", 0.3f)])
        {
            var values = name == "enc" ? dictionary.WEnc.Span() : dictionary.WDec.Span();
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = scale * random.Stream(name).Normal((ulong)i);
            }
        }

        dictionary.Save(folder);
    }

    private static JsonObject Tokenizer()
    {
        var vocabulary = new JsonObject();
        for (var value = 0; value < 256; value++)
        {
            vocabulary[Character(value)] = value;
        }

        for (var id = 256; id < FirstWord; id++)
        {
            vocabulary[$"never{id}"] = id;
        }

        foreach (var (left, right) in Words)
        {
            vocabulary[left + right] = Id(left + right);
        }

        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(Added(Mark, "<|begin_of_text|>"), Added(Mark + 1, "<|end_of_text|>")),
            ["normalizer"] = null,
            ["pre_tokenizer"] = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}"""),
            ["post_processor"] = null,
            ["decoder"] = JsonNode.Parse("""{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}"""),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. Words.Select(static pair => (JsonNode)$"{pair.Left} {pair.Right}")]),
            },
        };
    }

    private static JsonObject Added(int id, string content) => new() { ["id"] = id, ["content"] = content, ["special"] = true };

    private static string Character(int value)
    {
        static bool Printed(int b) => b is >= 33 and <= 126 or >= 161 and <= 172 or >= 174;
        return ((char)(Printed(value) ? value : 256 + Enumerable.Range(0, value).Count(static b => !Printed(b)))).ToString();
    }
}
