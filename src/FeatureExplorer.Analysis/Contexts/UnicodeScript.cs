namespace FeatureExplorer.Analysis.Contexts;

/// <summary>A script and the Unicode blocks that hold its characters (Unicode 15, Blocks.txt; compatibility and extension blocks included).</summary>
/// <param name="Name">Name of the context.</param>
/// <param name="Title">What a reader sees.</param>
/// <param name="Ranges">First and last code point of each block.</param>
internal sealed record UnicodeScript(string Name, string Title, params (int First, int Last)[] Ranges)
{
    /// <summary>The scripts that can become contexts; Latin is left out because it would be most of any corpus.</summary>
    public static IReadOnlyList<UnicodeScript> All { get; } =
    [
        // U+FEFF, at the end of Arabic's last block, is the byte order mark.
        new("arabic", "Arabic script", (0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE)),
        new("hebrew", "Hebrew script", (0x0590, 0x05FF), (0xFB1D, 0xFB4F)),
        new("hangul", "Hangul", (0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF)),
        new("greek", "Greek script", (0x0370, 0x03FF), (0x1F00, 0x1FFF)),
        new("cyrillic", "Cyrillic script", (0x0400, 0x052F), (0x1C80, 0x1C8F), (0x2DE0, 0x2DFF), (0xA640, 0xA69F)),
        new("devanagari", "Devanagari", (0x0900, 0x097F), (0xA8E0, 0xA8FF)),
        new("han", "Han characters", (0x2E80, 0x2FDF), (0x3005, 0x3007), (0x31C0, 0x31EF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF)),
        new("kana", "Hiragana and katakana", (0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F)),
        new("thai", "Thai script", (0x0E00, 0x0E7F)),
        new("armenian", "Armenian script", (0x0530, 0x058F)),
        new("georgian", "Georgian script", (0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)),
        new("bengali", "Bengali script", (0x0980, 0x09FF)),
        new("gurmukhi", "Gurmukhi", (0x0A00, 0x0A7F)),
        new("gujarati", "Gujarati script", (0x0A80, 0x0AFF)),
        new("tamil", "Tamil script", (0x0B80, 0x0BFF)),
        new("telugu", "Telugu script", (0x0C00, 0x0C7F)),
        new("kannada", "Kannada script", (0x0C80, 0x0CFF)),
        new("malayalam", "Malayalam script", (0x0D00, 0x0D7F)),
        new("sinhala", "Sinhala script", (0x0D80, 0x0DFF)),
        new("khmer", "Khmer script", (0x1780, 0x17FF), (0x19E0, 0x19FF)),
        new("ethiopic", "Ethiopic script", (0x1200, 0x139F), (0x2D80, 0x2DDF)),
    ];

    /// <summary>No script of <see cref="All"/>.</summary>
    public const byte None = byte.MaxValue;

    private const int TableEnd = 0x323B0;

    private static readonly byte[] Table = BuildTable();

    /// <summary>Index in <see cref="All"/> of a code point's script, or <see cref="None"/>.</summary>
    public static byte Of(int codePoint) => (uint)codePoint < TableEnd ? Table[codePoint] : None;

    private static byte[] BuildTable()
    {
        var table = new byte[TableEnd];
        Array.Fill(table, None);
        for (var script = 0; script < All.Count; script++)
        {
            foreach (var (first, last) in All[script].Ranges)
            {
                table.AsSpan(first, last - first + 1).Fill((byte)script);
            }
        }

        return table;
    }
}
