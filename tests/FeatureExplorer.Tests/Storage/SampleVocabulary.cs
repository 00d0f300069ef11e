using System.Text;

namespace FeatureExplorer.Tests.Storage;

/// <summary>A small vocabulary laid out like the tokenizer's: 0 end of text, 1 to 256 bytes, then words by context.</summary>
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

    private static readonly byte[][] Bytes = Build();

    public static int Count => Bytes.Length;

    public static ReadOnlySpan<byte> BytesOf(int id) => Bytes[id];

    public static string Text(IReadOnlyList<int> tokens) => Encoding.UTF8.GetString([.. tokens.SelectMany(t => Bytes[t])]);

    public static int ByteToken(byte value) => value + 1;

    /// <summary>Ids of the words of a context.</summary>
    public static int[] WordsOf(int context)
    {
        var first = 257 + Words.Take(context).Sum(w => w.Length);
        return [.. Enumerable.Range(first, Words[context].Length)];
    }

    private static byte[][] Build() =>
    [
        [],
        .. Enumerable.Range(0, 256).Select(b => new[] { (byte)b }),
        .. Words.SelectMany(w => w).Select(Encoding.UTF8.GetBytes),
    ];
}
