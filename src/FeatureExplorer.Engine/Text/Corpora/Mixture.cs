using System.Globalization;

namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>
/// The share of each domain's documents that is kept, as in "arabic=0.1,dna=0.05"; domains that are not named are kept whole. Which documents
/// are kept depends on their text alone: the same ones in every run, and those of a smaller share are among those of a larger one.
/// </summary>
public sealed class Mixture
{
    /// <summary>Keeps everything.</summary>
    public static readonly Mixture Everything = new(new SortedDictionary<string, double>(StringComparer.Ordinal));

    private readonly SortedDictionary<string, double> _shares;

    private Mixture(SortedDictionary<string, double> shares) => _shares = shares;

    /// <summary>Domain → share in [0, 1].</summary>
    public IReadOnlyDictionary<string, double> Shares => _shares;

    /// <exception cref="ArgumentException">The text is not of the form domain=share,…</exception>
    public static Mixture Parse(string? text)
    {
        var shares = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var item in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = item.LastIndexOf('=');
            if (equals <= 0)
            {
                throw new ArgumentException($"\"{item}\" in the mixture is not of the form domain=share, for example arabic=0.1");
            }

            var domain = item[..equals].Trim();
            if (!double.TryParse(item[(equals + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var share) || share is not (>= 0 and <= 1))
            {
                throw new ArgumentException($"the share in \"{item}\" of the mixture must be a number from 0 to 1, for example {domain}=0.1");
            }

            if (!shares.TryAdd(domain, share))
            {
                throw new ArgumentException($"the mixture names the domain \"{domain}\" twice");
            }
        }

        return new Mixture(shares);
    }

    /// <summary>True when the document belongs to the mixture.</summary>
    public bool Keeps(Document document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Keeps(document.Domain, DocumentHash.Of(document.Text));
    }

    internal bool Keeps(string? domain, DocumentHash hash) => domain is null || !_shares.TryGetValue(domain, out var share) || hash.Share < share;

    /// <summary>The domains that are named but do not occur: a mistyped name, most likely.</summary>
    public IReadOnlyList<string> UnknownDomains(IEnumerable<string> seen) => [.. _shares.Keys.Except(seen, StringComparer.Ordinal)];

    /// <summary>The sentence that names them, and those that there are.</summary>
    public static string Unknown(IEnumerable<string> unknown, IReadOnlyCollection<string> seen) =>
        $"the mixture names the domain {string.Join(", ", unknown)}, but the corpus has {(seen.Count == 0 ? "no domains" : string.Join(", ", seen.Order(StringComparer.Ordinal)))}";

    public override string ToString() => string.Join(',', _shares.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")));
}
