using System.Globalization;
using System.Text;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>
/// Held-out documents for readers to try: one of each domain, and where there are fewer domains than texts, another one of each, and so on. A document's place
/// within its domain is a hash of the corpus and its number, so that everyone who has the corpus sees the same texts.
/// </summary>
public static class ExampleTexts
{
    /// <summary>Number of texts.</summary>
    public const int Count = 25;

    private const int LongestText = 400;
    private const int TokensRead = 400;

    /// <summary>The texts, ordered by domain.</summary>
    public static IReadOnlyList<ExampleText> Of(TokenizedCorpus corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var hash = new CounterRandom(0).Stream(corpus.Hash);
        var heldOut = corpus.HeldOut;
        var domains = Enumerable.Range(0, heldOut.DocumentCount).GroupBy(heldOut.DomainOf)
            .Select(domain => domain.Select(document => (Rank: hash.UInt64((ulong)document), document)).Order().Take(Count).Select(static entry => entry.document).ToList())
            .OrderBy(documents => hash.UInt64((ulong)documents[0])).ToList();
        var chosen = Enumerable.Range(0, Count).SelectMany(round => domains.Where(documents => documents.Count > round).Select(documents => documents[round]));
        return [.. chosen.Select(document => Read(corpus, document)).Where(static text => text.Text.Length > 0).Take(Count)
            .OrderBy(static text => text.Domain, StringComparer.Ordinal)];
    }

    private static ExampleText Read(TokenizedCorpus corpus, int document)
    {
        var heldOut = corpus.HeldOut;
        // The first token is the document's mark.
        var start = heldOut.DocumentStart(document);
        var ids = heldOut.Read(start, (int)Math.Min(TokensRead + 1, heldOut.DocumentEnd(document) - start));
        var text = LineEnds.Replace(Encoding.UTF8.GetString(corpus.Tokenizer.Decode(ids)), "\n");
        var domain = heldOut.DomainOf(document);
        return new ExampleText(domain < 0 ? null : heldOut.Domains[domain], Shortened(text));
    }

    /// <summary>The text's beginning, cut between characters; what a cut within one has left at the end is dropped.</summary>
    private static string Shortened(string text)
    {
        var beginning = new StringInfo(text) is { LengthInTextElements: > LongestText } elements ? elements.SubstringByTextElements(0, LongestText) : text;
        return beginning.TrimEnd('\uFFFD').Trim();
    }
}
