using System.Text;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Tests.Storage;

namespace FeatureExplorer.Tests.Analysis;

/// <summary>Two splits of hand-made documents on disk; every document gets its end-of-text token.</summary>
internal sealed class SmallCorpus : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallCorpus(ByteLevelTokenizer tokenizer, IReadOnlyList<(string? Domain, int[] Tokens)> heldOut, IReadOnlyList<(string? Domain, int[] Tokens)>? training = null)
    {
        Tokenizer = tokenizer;
        string[] domains = [.. heldOut.Concat(training ?? []).Select(static document => document.Domain).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        HeldOut = Write("held-out", tokenizer, heldOut, domains);
        Training = Write("training", tokenizer, training ?? heldOut, domains);
    }

    public string Folder => _folder.Path;

    public ByteLevelTokenizer Tokenizer { get; }

    public TokenStore HeldOut { get; }

    public TokenStore Training { get; }

    /// <summary>Occurrences in the training split, counted one by one.</summary>
    public long[] UnigramCounts => Count(null);

    public UnigramModel Unigrams => new(UnigramCounts, [.. Enumerable.Range(0, Training.Domains.Count).Select(domain => Count(domain))]);

    /// <summary>One token per byte and the given merges, each of two ids.</summary>
    public static ByteLevelTokenizer Bytes(params (int, int)[] merges) => new(merges);

    /// <summary>A tokenizer that has the given strings as tokens, built up byte by byte from the left.</summary>
    public static ByteLevelTokenizer WithTokens(params string[] strings)
    {
        var merges = new List<(int, int)>();
        var ids = new Dictionary<string, int>();
        foreach (var bytes in strings.Select(Encoding.UTF8.GetBytes))
        {
            var left = 1 + bytes[0];
            for (var i = 1; i < bytes.Length; i++)
            {
                var key = Convert.ToHexString(bytes, 0, i + 1);
                if (!ids.TryGetValue(key, out var id))
                {
                    id = 257 + merges.Count;
                    merges.Add((left, 1 + bytes[i]));
                    ids[key] = id;
                }

                left = id;
            }
        }

        return new ByteLevelTokenizer(merges);
    }

    /// <summary>The id of the token with exactly these bytes.</summary>
    public static int Id(ByteLevelTokenizer tokenizer, ReadOnlySpan<byte> bytes)
    {
        for (var id = 1; id < tokenizer.VocabularySize; id++)
        {
            if (tokenizer.Bytes(id).SequenceEqual(bytes))
            {
                return id;
            }
        }

        throw new ArgumentException($"no token {Convert.ToHexString(bytes)}");
    }

    /// <summary>The ids of pieces, each of which must be a token.</summary>
    public static int[] Ids(ByteLevelTokenizer tokenizer, params string[] pieces) =>
        [.. pieces.Select(piece => Id(tokenizer, Encoding.UTF8.GetBytes(piece)))];

    public void Dispose()
    {
        HeldOut.Dispose();
        Training.Dispose();
        _folder.Dispose();
    }

    private long[] Count(int? domain)
    {
        var counts = new long[Tokenizer.VocabularySize];
        for (var document = 0; document < Training.DocumentCount; document++)
        {
            if (domain is null || Training.DomainOf(document) == domain)
            {
                var start = Training.DocumentStart(document);
                foreach (var token in Training.Read(start, (int)(Training.DocumentEnd(document) - start)))
                {
                    counts[token]++;
                }
            }
        }

        return counts;
    }

    private TokenStore Write(string name, ByteLevelTokenizer tokenizer, IReadOnlyList<(string? Domain, int[] Tokens)> documents, string[] domains)
    {
        var tokenFile = Path.Combine(Folder, name + ".tokens");
        var documentFile = Path.Combine(Folder, name + ".documents");
        using (var writer = new TokenStoreWriter(tokenFile, documentFile, tokenizer.VocabularySize))
        {
            foreach (var (domain, tokens) in documents)
            {
                writer.Begin(Array.IndexOf(domains, domain), "test"u8);
                writer.Write([ByteLevelTokenizer.EndOfText, .. tokens]);
            }

            writer.Complete();
        }

        return TokenStore.Open(tokenFile, documentFile, tokenizer.VocabularySize, domains);
    }
}
