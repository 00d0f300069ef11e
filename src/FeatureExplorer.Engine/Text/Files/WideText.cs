namespace FeatureExplorer.Engine.Text.Files;

/// <summary>Recognises UTF-16 and UTF-32, with a byte order mark or without, by a file's first bytes.</summary>
internal static class WideText
{
    // The high bytes of Latin, Greek, Cyrillic, Hebrew and Arabic letters; UTF-8 has none of these but as rare control characters.
    private const byte LargestHighByte = 8;
    private const double ShareOfHighBytes = 0.6;
    private const byte LargestPlane = 0x10;

    /// <summary>"UTF-16" or "UTF-32"; null for anything else.</summary>
    public static string? NameOf(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]) || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]) || IsUtf32(head) ? "UTF-32"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || IsUtf16(head) ? "UTF-16"
        : null;

    private static bool IsUtf32(ReadOnlySpan<byte> head)
    {
        var units = head.Length / 4;
        var (little, big, filled) = (true, true, 0);
        for (var i = 0; i < units * 4; i += 4)
        {
            little &= head[i + 3] == 0 && head[i + 2] <= LargestPlane;
            big &= head[i] == 0 && head[i + 1] <= LargestPlane;
            filled += head.Slice(i, 4).ContainsAnyExcept((byte)0) ? 1 : 0;
        }

        return (little || big) && filled > units / 2 && head.Length % 4 == 0;
    }

    private static bool IsUtf16(ReadOnlySpan<byte> head)
    {
        var units = head.Length / 2;
        var (first, second) = (0, 0);
        for (var i = 0; i < units * 2; i += 2)
        {
            first += head[i] <= LargestHighByte ? 1 : 0;
            second += head[i + 1] <= LargestHighByte ? 1 : 0;
        }

        // In padding the bytes of both places are 0.
        return Math.Max(first, second) >= ShareOfHighBytes * units && Math.Min(first, second) < units / 4.0 && units > 0;
    }
}
