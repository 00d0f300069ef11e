using System.Numerics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>What the indexed tokens are made of: what the shares and the explained variances of a feature are measured against.</summary>
public sealed class CorpusCounts
{
    /// <summary>Bins of the position in a document: 0, 1, 2–3, 4–7, … and all above.</summary>
    public const int PositionBins = 14;

    private CorpusCounts(int vocabulary, int domains, long total)
    {
        Vocabulary = vocabulary;
        Total = total;
        Tokens = new long[vocabulary];
        Previous = new long[vocabulary];
        Domains = new long[domains + 1];
        Positions = new long[PositionBins];
    }

    /// <summary>Number of token ids V.</summary>
    public int Vocabulary { get; }

    /// <summary>Number of indexed tokens N.</summary>
    public long Total { get; }

    /// <summary>[V] occurrences of each token.</summary>
    internal long[] Tokens { get; }

    /// <summary>[V] tokens that follow each token in its document; documents' first tokens follow none.</summary>
    internal long[] Previous { get; }

    /// <summary>[domains + 1] tokens by domain; the last is for documents without one.</summary>
    internal long[] Domains { get; }

    /// <summary>[PositionBins] tokens by position in their document.</summary>
    internal long[] Positions { get; }

    /// <summary>Counts the first tokens of the held-out split.</summary>
    public static CorpusCounts Of(TokenStore heldOut, long tokens, int vocabulary)
    {
        ArgumentNullException.ThrowIfNull(heldOut);
        var counts = new CorpusCounts(vocabulary, heldOut.Domains.Count, tokens);
        for (var document = 0; document < heldOut.DocumentCount && heldOut.DocumentStart(document) < tokens; document++)
        {
            var start = heldOut.DocumentStart(document);
            var ids = heldOut.Read(start, (int)(Math.Min(heldOut.DocumentEnd(document), tokens) - start));
            for (var i = 0; i < ids.Length; i++)
            {
                counts.Tokens[ids[i]]++;
                counts.Positions[PositionBin(i)]++;
                if (i > 0)
                {
                    counts.Previous[ids[i - 1]]++;
                }
            }

            counts.Domains[counts.DomainSlot(heldOut.DomainOf(document))] += ids.Length;
        }

        return counts;
    }

    /// <summary>The bin of a position in a document, from 0.</summary>
    public static int PositionBin(long position) => Math.Min(PositionBins - 1, position == 0 ? 0 : BitOperations.Log2((ulong)position) + 1);

    /// <summary>The first position of a bin.</summary>
    public static long PositionBinStart(int bin) => bin == 0 ? 0 : 1L << (bin - 1);

    internal int DomainSlot(int domain) => domain < 0 ? Domains.Length - 1 : domain;
}
