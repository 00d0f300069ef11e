namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>
/// GPT-2's table, by which byte-level vocabularies spell each byte as one printable character: the printable bytes of Latin-1 as themselves, the other 68 as
/// U+0100 upwards.
/// </summary>
internal static class ByteCharacters
{
    private const int FirstOther = 256;
    private const int Others = 68;

    private static readonly char[] OfBytes = Make();
    private static readonly short[] Bytes = Invert();

    public static char Of(byte value) => OfBytes[value];

    /// <summary>The byte that a character spells, or −1.</summary>
    public static int ByteOf(int character) => character < Bytes.Length ? Bytes[character] : -1;

    private static char[] Make()
    {
        var characters = new char[256];
        var others = 0;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174;
            characters[value] = (char)(printable ? value : FirstOther + others++);
        }

        return characters;
    }

    private static short[] Invert()
    {
        var bytes = new short[FirstOther + Others];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
        {
            bytes[OfBytes[value]] = (short)value;
        }

        return bytes;
    }
}
