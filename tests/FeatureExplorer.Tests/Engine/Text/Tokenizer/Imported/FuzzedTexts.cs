using System.Text;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>
/// Random texts of all that tokenizers trip over: words of 22 scripts, digits of several, emoji with joiners and skin tones, marks that compose or stand in the wrong order,
/// control characters, odd white space, contractions, what looks like special tokens, and bytes that are no UTF-8.
/// </summary>
internal static class FuzzedTexts
{
    // Letters, with marks where the script has them. All of them have been in Unicode for long: other programs know them, too.
    private static readonly (int First, int Last)[] Scripts =
    [
        ('a', 'z'), ('A', 'Z'), (0xC0, 0x17E), (0x3B1, 0x3C9), (0x391, 0x3A1), (0x410, 0x44F), (0x561, 0x586), (0x5D0, 0x5EA), (0x591, 0x5C7), (0x627, 0x64A), (0x64B, 0x652), (0x905, 0x94D),
        (0x985, 0x98C), (0xA05, 0xA0A), (0xB85, 0xB8A), (0xC05, 0xC0C), (0xE01, 0xE3A), (0xE40, 0xE4E), (0xF40, 0xF47), (0xF71, 0xF7D), (0x10D0, 0x10F0), (0x1200, 0x1248), (0x13A0, 0x13F4), (0x1780, 0x17D3),
        (0x3041, 0x3096), (0x30A1, 0x30FA), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0x1100, 0x1112), (0x1161, 0x1175), (0x11A8, 0x11C2), (0x1F00, 0x1F15), (0x1F70, 0x1F7D), (0xF900, 0xFA2D),
        (0x10400, 0x1044F), (0x1D400, 0x1D454), (0x20000, 0x20100), (0x16A0, 0x16EA), (0x12000, 0x12099),
    ];

    private static readonly string[] Snippets =
    [
        " ", " ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", "\r", " \n", "\n ", "\u00A0", "\u2003", "\u3000", "\u2028", "\u0085", "\u200B", "\uFEFF", "\u000B", "\f", "\u1680", "\u202F",
        "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'T", "'RE", "'Ve", "'LL", "'x", "’s", "n't", "I'm", "don't", ".", ",", "!", "?", "...", "-", "--", "/", "//", "://", "@", "#", "$", "€", "£", "%", "^", "&",
        "*", "(", ")", "[", "]", "{", "}", "<", ">", "|", "\\", "\"", "`", "~", "_", "__", "=", "==", "+", ";", ":", "«", "»", "“", "”", "—", "…", "、", "。", "¡", "¿", "©", "™", "→", "∑", "√", "±", "½", "²", "³", "¹",
        "0", "1", "12", "123", "1234", "12345", "1234567", "2026", "3.14", "1,000", "٣٤٥", "१२३", "௧௨", "Ⅳ", "Ⅻ", "①②", "𝟘𝟙𝟚", "〇", "🄌",
        "👨\u200D👩\u200D👧\u200D👦", "👍🏽", "🏳\uFE0F\u200D🌈", "🇩🇪", "❤\uFE0F", "🤗", "😀😃", "🧑🏿\u200D🚀", "1\uFE0F\u20E3", "☃", "♥",
        "e\u0301", "o\u0308\u0323", "a\u0323\u0302", "\u0301", "\u0345\u0300", "Å", "\u212B", "\u2126", "\u0344", "ﬁ", "q\u0307\u0323", "\u0F73\u0F71", "각", "\u1100\u1161\u11A8", "가\u11A8", "\u0958", "\u05E9\u05C1\u05BC",
        "\u0000", "\u0001", "\u0007", "\u001B[0m", "\u001F", "\u007F", "\u0080", "\u009F", "\u00AD", "\u200E", "\u202E", "\u2066", "\uE000", "\uFFFD", "\uFFFE", "\U0010FFFF",
        "<s>", "</s>", "<unk>", "<|endoftext|>", "<|begin_of_text|>", "<|im_start|>", "<|im_end|>", "<bos>", "<start_of_turn>", "<0x0A>", "<0x41>", "▁", "▁▁", "Ġ", "Ċ", "<think>", "<|eot", "<|endoftext", "<｜User｜>",
        "the", " the", " and", "Hello", " World", "ing", " of", "http://www.example.com/a?b=c", "def f(x):\n    return x", "    ", "\t\t", "//====", "Straße", "naïve", "İstanbul", "ſ", "ẞ", "ǅ", "ʰ", "ª",
    ];

    public static List<byte[]> Make(int count, ulong seed) => [.. Enumerable.Range(0, count).Select(i => Make(new CounterRandom(seed, (ulong)i)))];

    private static byte[] Make(CounterRandom random)
    {
        ulong counter = 0;
        var bytes = new List<byte>();
        var parts = 1 + Next(12);
        for (var part = 0; part < parts; part++)
        {
            switch (Next(20))
            {
                case < 9:
                    bytes.AddRange(Encoding.UTF8.GetBytes(Snippets[Next(Snippets.Length)]));
                    break;
                case < 17:
                    AddWord(Scripts[Next(Scripts.Length)]);
                    break;
                case 17:
                    AddRun(Snippets[Next(Snippets.Length)]);
                    break;
                case 18:
                    AddWord((0x20, 0x7E));
                    break;
                default:
                    AddInvalid();
                    break;
            }
        }

        return [.. bytes];

        int Next(int bound) => (int)random.Bounded(counter++, (ulong)bound);

        void AddWord((int First, int Last) script)
        {
            for (var letters = 1 + Next(9); letters > 0; letters--)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(new Rune(script.First + Next(script.Last + 1 - script.First)).ToString()));
            }
        }

        void AddRun(string snippet)
        {
            for (var times = 1 + Next(Next(10) == 0 ? 80 : 12); times > 0; times--)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(snippet));
            }
        }

        void AddInvalid()
        {
            byte[][] invalid = [[0x80], [0xC3], [0xFF], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80]];
            bytes.AddRange(invalid[Next(invalid.Length)]);
        }
    }
}
