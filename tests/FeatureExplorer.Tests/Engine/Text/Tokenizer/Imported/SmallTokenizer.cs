using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Engine.Text.Tokenizer.Imported;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>Hand-made tokenizer.json files: characters of a small alphabet and a few merges.</summary>
internal static class SmallTokenizer
{
    public const string Metaspace = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""";

    /// <summary>a file with ids &lt;unk&gt; 0, &lt;s&gt; 1, &lt;/s&gt; 2, the given tokens from 3 on, and merges "x y".</summary>
    public static JsonObject Json(string[] tokens, string[] merges, string? normalizer = null, string? preTokenizer = null, string? decoder = null, string? postProcessor = null)
    {
        var vocabulary = new JsonObject { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 };
        foreach (var token in tokens)
        {
            vocabulary[token] = vocabulary.Count;
        }

        return new JsonObject
        {
            ["added_tokens"] = JsonNode.Parse("""[{"id":0,"content":"<unk>","special":true},{"id":1,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}]"""),
            ["normalizer"] = Parse(normalizer),
            ["pre_tokenizer"] = Parse(preTokenizer),
            ["post_processor"] = Parse(postProcessor),
            ["decoder"] = Parse(decoder),
            ["model"] = new JsonObject { ["type"] = "BPE", ["unk_token"] = "<unk>", ["vocab"] = vocabulary, ["merges"] = new JsonArray([.. merges.Select(static merge => (JsonNode)merge)]) },
        };
    }

    public static ImportedTokenizer Load(JsonObject json)
    {
        using var folder = new TemporaryFolder();
        return (ImportedTokenizer)TokenizerFiles.Load(folder.Write("tokenizer.json", json.ToJsonString()));
    }

    /// <summary>The spellings of a text's tokens with what each covers: "▁a[0..1] b[1..2]".</summary>
    public static string Show(ImportedTokenizer tokenizer, string text, bool withSpecial = true) => Show(tokenizer, System.Text.Encoding.UTF8.GetBytes(text), withSpecial);

    public static string Show(ImportedTokenizer tokenizer, byte[] text, bool withSpecial = true)
    {
        var (ids, ends) = (new List<int>(), new List<int>());
        tokenizer.Encode(text, withSpecial, ids, ends);
        return string.Join(' ', ids.Select((id, i) => $"{tokenizer.Spelling(id)}[{(i == 0 ? 0 : ends[i - 1])}..{ends[i]}]"));
    }

    private static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);
}
