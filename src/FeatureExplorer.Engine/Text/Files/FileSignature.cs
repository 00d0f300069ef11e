namespace FeatureExplorer.Engine.Text.Files;

/// <summary>What a file that is no text is, by its first bytes.</summary>
internal static class FileSignature
{
    private static readonly (byte[] Bytes, string Name)[] Known =
    [
        ([0x1F, 0x8B], "a file compressed with gzip"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a file compressed with Zstandard"),
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "a file compressed with xz"),
        ([(byte)'B', (byte)'Z', (byte)'h', (byte)'1', (byte)'A', (byte)'Y'], "a file compressed with bzip2"),
        ([(byte)'B', (byte)'Z', (byte)'h', (byte)'9', (byte)'1', (byte)'A', (byte)'Y'], "a file compressed with bzip2"),
        ([0x04, 0x22, 0x4D, 0x18], "a file compressed with LZ4"),
        ([(byte)'P', (byte)'K', 3, 4], "a zip archive"),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive"),
        ([.. "PAR1"u8], "a Parquet file"),
        ([.. "ARROW1"u8], "an Arrow file"),
        ([.. "%PDF-"u8], "a PDF document"),
        ([.. "SQLite format 3\0"u8], "an SQLite database"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "a PNG picture"),
        ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
        ([0x7F, (byte)'E', (byte)'L', (byte)'F'], "a program"),
    ];

    /// <summary>"a Parquet file", or null for what may be text.</summary>
    public static string? NameOf(ReadOnlySpan<byte> head)
    {
        foreach (var (bytes, name) in Known)
        {
            if (head.StartsWith(bytes))
            {
                return name;
            }
        }

        return null;
    }
}
