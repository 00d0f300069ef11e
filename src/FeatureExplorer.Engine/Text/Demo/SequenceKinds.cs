using System.Globalization;
using System.Text;

namespace FeatureExplorer.Engine.Text.Demo;

/// <summary>The kinds of the demo corpus that are sequences of characters rather than of words.</summary>
internal sealed class SequenceKinds(Func<string, DemoGrammar> grammar)
{
    public const string Dna = "dna";
    public const string Base64 = "base64";
    public const string Hexadecimal = "hexadecimal";

    private const string Bases = "ACGT";

    /// <summary>One document of the kind, or null if it is none of these.</summary>
    public string? Write(string kind, DemoRandom random) => kind switch
    {
        Dna => WriteDna(random),
        Base64 => InLines(Convert.ToBase64String(Content(random)), 76),
        Hexadecimal => WriteHexadecimal(random),
        _ => null,
    };

    /// <summary>Bases of one composition, in which known motifs and copies of an earlier stretch are strewn; in lines of 70.</summary>
    private string WriteDna(DemoRandom random)
    {
        var motifs = grammar("dna_motifs").Words("motif");
        var strong = 0.3 + (0.4 * random.Unit()); // share of C and G
        var length = random.Between(600, 2400);
        var text = new StringBuilder(length + 100);
        while (text.Length < length)
        {
            var choice = random.Unit();
            if (choice < 0.015)
            {
                text.Append(motifs[random.Between(0, motifs.Count - 1)]);
            }
            else if (choice < 0.017 && text.Length > 60)
            {
                text.Append(text.ToString(random.Between(0, text.Length - 50), random.Between(12, 50)));
            }
            else
            {
                var isStrong = random.Unit() < strong;
                text.Append(Bases[isStrong ? random.Between(1, 2) : 3 * random.Between(0, 1)]);
            }
        }

        return InLines(text.ToString(), 70);
    }

    private string WriteHexadecimal(DemoRandom random)
    {
        var bytes = Content(random);
        bytes = bytes[..Math.Min(bytes.Length, 900)];
        return random.Between(0, 2) switch
        {
            0 => InLines(Convert.ToHexStringLower(bytes), 64),
            1 => InLines(Convert.ToHexString(bytes), 32),
            _ => Dump(bytes),
        };
    }

    /// <summary>Offset and sixteen bytes a line.</summary>
    private static string Dump(byte[] bytes)
    {
        var text = new StringBuilder();
        for (var start = 0; start < bytes.Length; start += 16)
        {
            text.Append(CultureInfo.InvariantCulture, $"{start:x8} ");
            foreach (var value in bytes.AsSpan(start, Math.Min(16, bytes.Length - start)))
            {
                text.Append(CultureInfo.InvariantCulture, $" {value:x2}");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The bytes that are encoded: a text of another kind, or something like a compressed file.</summary>
    private byte[] Content(DemoRandom random)
    {
        string[] kinds = ["english_narrative", "json_data", "html_page", "python_code"];
        if (random.Unit() < 0.5)
        {
            var text = grammar(kinds[random.Between(0, kinds.Length - 1)]).Write(random);
            return Encoding.UTF8.GetBytes(text)[..Math.Min(Encoding.UTF8.GetByteCount(text), random.Between(400, 1500))];
        }

        var bytes = new byte[random.Between(400, 1500)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)random.Between(0, 255);
        }

        byte[][] beginnings = [[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], [(byte)'P', (byte)'K', 3, 4, 20, 0, 0, 0], [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F']];
        beginnings[random.Between(0, beginnings.Length - 1)].CopyTo(bytes, 0);
        return bytes;
    }

    private static string InLines(string text, int width)
    {
        var lines = new StringBuilder(text.Length + (text.Length / width) + 1);
        for (var start = 0; start < text.Length; start += width)
        {
            lines.Append(text, start, Math.Min(width, text.Length - start)).Append('\n');
        }

        return lines.ToString();
    }
}
