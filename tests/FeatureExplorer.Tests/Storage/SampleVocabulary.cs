using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Tests.Storage;

/// <summary>A small tokenizer with a few words of each context.</summary>
internal static class SampleVocabulary
{
    public static readonly string[] Contexts = ["arabic", "hebrew", "dna", "base64", "domain:code", "domain:prose"];

    private static readonly string[][] Words =
    [
        [" في", " من", "ال", " على", " كتاب", " بيت", " ماء", "ون"],
        [" של", " את", "ים", " בית", " ספר", " מים"],
        ["GAC", "TTA", "CAT", "AGG", "CTT", "ACAC", "GG"],
        ["Qg", "zA", "9x", "kV", "bm", "Zz", "w0"],
        [" if", " (", ")", ":", "\n", "    ", "return", " x", " <script>", "&amp;", " +=", "\t"],
        [" the", " river", " a", " stone", ",", ".", " walked", " slowly", " and", " light", "\n", " of"],
    ];

    private static readonly Dictionary<string, int> Ids = [];

    public static ByteLevelTokenizer Tokenizer { get; } = Build();

    public static string Text(IReadOnlyList<int> tokens) => Encoding.UTF8.GetString(Tokenizer.Decode([.. tokens]));

    public static int ByteToken(byte value) => value + 1;

    /// <summary>The token that is exactly this word.</summary>
    public static int Word(string word) => Ids[word];

    /// <summary>Ids of the words of a context.</summary>
    public static int[] WordsOf(int context) => [.. Words[context].Select(w => Ids[w])];

    // Each word is put together byte by byte, so that it becomes a token of its own.
    private static ByteLevelTokenizer Build()
    {
        var merges = new Dictionary<(int, int), int>();
        foreach (var word in Words.SelectMany(w => w))
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            var id = ByteToken(bytes[0]);
            foreach (var next in bytes[1..])
            {
                var pair = (id, ByteToken(next));
                merges.TryAdd(pair, 257 + merges.Count);
                id = merges[pair];
            }

            Ids[word] = id;
        }

        return new ByteLevelTokenizer([.. merges.Keys]);
    }
}
