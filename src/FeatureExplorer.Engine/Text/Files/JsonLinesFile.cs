using System.Text;
using System.Text.Json;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Engine.Text.Files;

/// <summary>A file with one JSON object a line: {"text": ..., "domain": ...}; other fields are passed over, so are blank lines.</summary>
internal static class JsonLinesFile
{
    private const int LongestLine = 1 << 28;

    public static IEnumerable<Document> Read(CorpusFile file, CorpusStream stream, CorpusReading reading)
    {
        var lines = new LineReader(stream, LongestLine);
        var domains = new DomainNames(file, reading);
        var isBlank = true;
        while (true)
        {
            bool found;
            try
            {
                found = lines.MoveNext();
            }
            catch (IOException exception)
            {
                reading.Report(new CorpusProblem(file.Path, lines.Number + 1, $"the file cannot be read from here on ({exception.Message})", true));
                yield break;
            }

            if (!found)
            {
                if (isBlank)
                {
                    reading.Report(new CorpusProblem(file.Path, 0, "is empty", true));
                }

                yield break;
            }

            isBlank = isBlank && !lines.IsTooLong && lines.Current.Trim(Blank).IsEmpty;
            foreach (var document in Documents(file, lines, domains, reading))
            {
                yield return document;
            }
        }
    }

    private static ReadOnlySpan<byte> Blank => " \t\r"u8;

    private static IEnumerable<Document> Documents(CorpusFile file, LineReader lines, DomainNames domains, CorpusReading reading)
    {
        var padding = lines.Current.Length - lines.Current.Trim((byte)0).Length;
        if (padding > 0)
        {
            reading.Report(new CorpusProblem(file.Path, lines.Number, $"{padding} zero bytes around the line (padding), which are left out", false));
        }

        if (!TryParse(lines, out var text, out var domain, out var problem))
        {
            if (problem.Length > 0)
            {
                reading.Report(new CorpusProblem(file.Path, lines.Number, problem, true));
            }

            return [];
        }

        if (TextParts.WithoutZeros(text, out var zeros) is not { } clean || TextParts.IsBlank(clean))
        {
            reading.Report(new CorpusProblem(file.Path, lines.Number, zeros, true));
            return [];
        }

        text = clean;
        if (zeros.Length > 0)
        {
            reading.Report(new CorpusProblem(file.Path, lines.Number, zeros, false));
        }

        var source = $"{file.Name}:{lines.Number}";
        domain = domains.Of(domain, lines.Number) ?? file.Domain;
        if (text.Length <= CorpusReader.LongestDocument / 3)
        {
            return [new Document(text, domain, source)];
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length <= CorpusReader.LongestDocument)
        {
            return [new Document(text, domain, source)];
        }

        reading.Report(new CorpusProblem(file.Path, lines.Number, $"a text longer than {CorpusReader.LongestDocument >> 20} MB, cut into several documents", false));
        return Parts(bytes, domain, source);
    }

    private static IEnumerable<Document> Parts(byte[] bytes, string? domain, string source)
    {
        var start = 0;
        for (var part = 1; start < bytes.Length; part++)
        {
            var rest = bytes.AsSpan(start);
            var length = rest.Length > CorpusReader.LongestDocument ? TextParts.Cut(rest, CorpusReader.LongestDocument) : rest.Length;
            var text = Encoding.UTF8.GetString(rest[..length]);
            start += length;
            if (!TextParts.IsBlank(text))
            {
                yield return new Document(text, domain, $"{source}#{part}");
            }
        }
    }

    /// <summary>False with an empty problem for a blank line.</summary>
    private static bool TryParse(LineReader lines, out string text, out string? domain, out string problem)
    {
        (text, domain, problem) = ("", null, "");
        var line = lines.Current;
        if (lines.Number == 1 && line.StartsWith(Encoding.UTF8.Preamble))
        {
            line = line[3..];
        }

        line = line.Trim((byte)0);

        if (lines.IsTooLong)
        {
            problem = $"a line longer than {LongestLine >> 20} MB";
            return false;
        }

        if (line.Trim(Blank).IsEmpty)
        {
            return false;
        }


        try
        {
            return TryReadObject(line, ref text, ref domain, out problem);
        }
        catch (JsonException exception)
        {
            problem = System.Text.Unicode.Utf8.IsValid(line)
                ? $"not a JSON object (column {exception.BytePositionInLine + 1})"
                : "not valid UTF-8";
        }
        catch (InvalidOperationException)
        {
            // The reader's answer to a string that is no text: broken UTF-8, or half of a surrogate pair.
            problem = System.Text.Unicode.Utf8.IsValid(line) ? "a string with half of a surrogate pair" : "not valid UTF-8";
        }

        return false;
    }

    private static bool TryReadObject(ReadOnlySpan<byte> line, ref string text, ref string? domain, out string problem)
    {
        var json = new Utf8JsonReader(line);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            problem = "not a JSON object";
            return false;
        }

        string? found = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isText = json.ValueTextEquals("text"u8);
            var isDomain = json.ValueTextEquals("domain"u8);
            json.Read();
            if (isText && json.TokenType == JsonTokenType.String)
            {
                found = json.GetString();
            }
            else if (isDomain && json.TokenType == JsonTokenType.String)
            {
                domain = json.GetString() is { Length: > 0 } name ? name : null;
            }
            else
            {
                json.Skip();
            }
        }

        while (json.Read())
        {
            // Anything after the object is an error, which the reader throws.
        }

        text = found ?? "";
        problem = found is null ? "no \"text\" with a string" : TextParts.IsBlank(found) ? "the text is empty" : "";
        return problem.Length == 0;
    }
}
