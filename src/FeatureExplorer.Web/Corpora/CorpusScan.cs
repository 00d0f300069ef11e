using System.Text;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Web.Corpora;

/// <summary>Reads a corpus once: how many documents and how much text, of which domains, and how the first ones begin.</summary>
public static class CorpusScan
{
    private const int Excerpts = 5;
    private const int ExcerptLength = 600;
    internal const int MostDomains = 200;
    private const int MostProblems = 50;

    /// <summary>A corpus with fewer different texts, each many times over, is worth a word.</summary>
    private const int FewTexts = 16;

    /// <summary>The corpus with what was found in its files.</summary>
    /// <param name="corpus">Its files.</param>
    /// <param name="root">Folder that relative paths lie below.</param>
    /// <param name="limits">What compressed files may unpack to.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InvalidDataException">It holds no text, or a compressed file would unpack to too much.</exception>
    public static CorpusInfo Of(CorpusInfo corpus, string root, FetchOptions limits, CancellationToken cancellation)
    {
        var paths = corpus.Paths.Select(path => Path.GetFullPath(path, root)).ToList();
        var reader = new CorpusReader(paths, cancellation) { Bound = (name, stored, unpacked) => BoundedDecompression.Over(stored, unpacked, name, limits) };
        var reading = new CorpusReading { Cancellation = cancellation };
        var domains = new Dictionary<string, (int Documents, long Bytes)>(StringComparer.Ordinal);
        var (documents, text) = (0, 0L);
        var preview = new List<CorpusExcerpt>();
        var texts = new HashSet<(int Length, int Hash)>();
        foreach (var document in reader.Read(reading))
        {
            cancellation.ThrowIfCancellationRequested();
            if (texts.Count < FewTexts)
            {
                texts.Add((document.Text.Length, document.Text.GetHashCode(StringComparison.Ordinal)));
            }

            var length = Encoding.UTF8.GetByteCount(document.Text);
            documents++;
            text += length;
            if (document.Domain is { } domain && (domains.ContainsKey(domain) || domains.Count < MostDomains))
            {
                var (count, size) = domains.GetValueOrDefault(domain);
                domains[domain] = (count + 1, size + length);
            }

            if (preview.Count < Excerpts)
            {
                preview.Add(new CorpusExcerpt(document.Source, document.Domain, Start(document.Text)));
            }
        }

        if (texts.Count < FewTexts && documents >= 2 * texts.Count && documents > 0)
        {
            reading.Report(new CorpusProblem(
                corpus.From, 0, $"its {Features.Show.Counted(documents, "document")} have only {Features.Show.Counted(texts.Count, "different text")}; copies stay on one side of the split, so too little may be left to hold out", false));
        }

        if (documents == 0)
        {
            throw new InvalidDataException(
                $"No text was found in {corpus.From}. Use plain text files, or JSON lines with a \"text\" field. {string.Join(" ", reading.Shown.Take(3).Select(p => Short(p, paths)))}");
        }

        return corpus with
        {
            State = CorpusState.Ready,
            Message = string.Empty,
            FileBytes = reader.Files.Sum(static file => file.Length),
            TextBytes = text,
            Documents = documents,
            Domains = [.. domains.Select(d => new CorpusDomain(d.Key, d.Value.Documents, d.Value.Bytes)).OrderByDescending(d => d.TextBytes)],
            Preview = preview,
            ProblemCount = reading.ProblemCount,
            Problems = [.. reading.Shown.Take(MostProblems).Select(p => Short(p, paths))],
        };
    }

    // Never half of a character that takes two.
    private static string Start(string text) =>
        text.Length <= ExcerptLength ? text : text[..(char.IsHighSurrogate(text[ExcerptLength - 1]) ? ExcerptLength - 1 : ExcerptLength)] + "…";

    // Where the corpus lies on the server is nobody's business.
    private static string Short(CorpusProblem problem, List<string> paths) => paths.Select(static path => (Directory.Exists(path) ? path : Path.GetDirectoryName(path)) + Path.DirectorySeparatorChar)
        .Aggregate(problem.ToString(), static (text, folder) => text.Replace(folder, string.Empty, StringComparison.Ordinal));
}
