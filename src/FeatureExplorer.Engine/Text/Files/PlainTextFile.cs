using System.Text;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Engine.Text.Files;

/// <summary>A file that is one document, or several when it is very long.</summary>
internal static class PlainTextFile
{
    public static IEnumerable<Document> Read(CorpusFile file, CorpusStream stream, CorpusReading reading)
    {
        var limit = CorpusReader.LongestDocument;
        var buffer = Array.Empty<byte>();
        var filled = 0;
        var linesBefore = 0L;
        for (var part = 1; ; part++)
        {
            try
            {
                (buffer, filled) = Fill(stream, buffer, filled, limit + 1);
            }
            catch (IOException exception)
            {
                reading.Report(new CorpusProblem(file.Path, 0, $"cannot be read ({exception.Message})", true));
                yield break;
            }

            var more = filled > limit;
            if (more && part == 1)
            {
                reading.Report(new CorpusProblem(file.Path, 0, $"is longer than {limit >> 20} MB and is cut into several documents", false));
            }

            var end = more ? TextParts.Cut(buffer, limit) : filled;
            // A file that was cut may have been cut within a character.
            end = !more && stream.Gzip is { IsIncomplete: true } ? TextParts.WithoutCutCharacter(buffer.AsSpan(0, end)).Length : end;
            if (Document(file, buffer.AsSpan(0, end), more || part > 1 ? part : 0, linesBefore, reading) is { } document)
            {
                yield return document;
            }

            if (!more)
            {
                yield break;
            }

            linesBefore += buffer.AsSpan(0, end).Count((byte)'\n');
            buffer.AsSpan(end, filled - end).CopyTo(buffer);
            filled -= end;
        }
    }

    private static Document? Document(CorpusFile file, ReadOnlySpan<byte> bytes, int part, long linesBefore, CorpusReading reading)
    {
        var text = TextParts.Decode(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes, out var problem);
        if (text is null)
        {
            var left = part == 0 ? "the whole file is left out" : $"the {CorpusReader.LongestDocument >> 20} MB from line {linesBefore + 1} on are left out";
            reading.Report(new CorpusProblem(file.Path, 0, $"{problem} in line {linesBefore + TextParts.LineOfFirstInvalid(bytes)}; {left}", true) { Partly = true });
            return null;
        }

        text = TextParts.WithoutZeros(text, out problem);
        if (problem.Length > 0)
        {
            reading.Report(new CorpusProblem(file.Path, 0, problem, text is null));
        }

        if (text is null)
        {
            return null;
        }

        if (TextParts.IsBlank(text))
        {
            reading.Report(new CorpusProblem(file.Path, 0, "is empty", true));
            return null;
        }

        return new Document(text, file.Domain, part == 0 ? file.Name : $"{file.Name}#{part}");
    }

    /// <summary>Reads until the buffer holds <paramref name="wanted"/> bytes or the file ends; it grows with the file.</summary>
    private static (byte[] Buffer, int Filled) Fill(Stream stream, byte[] buffer, int filled, int wanted)
    {
        while (filled < wanted)
        {
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(wanted, Math.Max(1 << 14, buffer.Length * 2)));
            }

            var count = stream.Read(buffer, filled, Math.Min(buffer.Length, wanted) - filled);
            if (count == 0)
            {
                break;
            }

            filled += count;
        }

        return (buffer, filled);
    }
}
