using System.Text;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Web.Training;

/// <summary>Reads a corpus once: how many documents and how much text, of which domains, and how the first ones begin.</summary>
public static class CorpusScan
{
    private const int Excerpts = 5;
    private const int ExcerptLength = 600;
    private const int MostDomains = 200;
    private const int MostProblems = 20;

    /// <summary>The corpus with what was found in its files.</summary>
    /// <param name="corpus">Its files.</param>
    /// <param name="root">Folder that relative paths lie below.</param>
    /// <param name="limits">What compressed files may unpack to.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InvalidDataException">It holds no text, or a compressed file would unpack to too much.</exception>
    public static CorpusInfo Of(CorpusInfo corpus, string root, FetchOptions limits, CancellationToken cancellation)
    {
        var paths = corpus.Paths.Select(path => Path.GetFullPath(path, root)).ToList();
        var bytes = Check(paths, limits, cancellation);
        var reading = new CorpusReading();
        var domains = new Dictionary<string, (int Documents, long Bytes)>(StringComparer.Ordinal);
        var (documents, text) = (0, 0L);
        var preview = new List<CorpusExcerpt>();
        foreach (var document in new CorpusReader(paths).Read(reading))
        {
            cancellation.ThrowIfCancellationRequested();
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
                preview.Add(new CorpusExcerpt(document.Source, document.Domain, document.Text.Length > ExcerptLength ? document.Text[..ExcerptLength] + "…" : document.Text));
            }
        }

        if (documents == 0)
        {
            throw new InvalidDataException(
                $"{corpus.From} holds no text: use plain text, or JSON lines with \"text\" in each. {string.Join(" ", reading.Shown.Take(3))}");
        }

        return corpus with
        {
            State = CorpusState.Ready,
            Message = string.Empty,
            FileBytes = bytes,
            TextBytes = text,
            Documents = documents,
            Domains = [.. domains.Select(d => new CorpusDomain(d.Key, d.Value.Documents, d.Value.Bytes)).OrderByDescending(d => d.TextBytes)],
            Preview = preview,
            Problems = [.. reading.Shown.Take(MostProblems).Select(p => p.ToString())],
        };
    }

    /// <summary>Size of the files; compressed ones are unpacked once to see that they stay within bounds.</summary>
    private static long Check(List<string> paths, FetchOptions limits, CancellationToken cancellation)
    {
        var bytes = 0L;
        var buffer = new byte[1 << 16];
        foreach (var file in paths.SelectMany(path => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : [path]))
        {
            bytes += new FileInfo(file).Length;
            if (!file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            using var unpacked = BoundedDecompression.Gzip(File.OpenRead(file), Path.GetFileName(file), limits);
            while (unpacked.Read(buffer) > 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }

        return bytes;
    }
}
