namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>
/// Learns byte-pair merges: again and again the most frequent pair of neighbours within pre-tokens becomes a new id; among equally
/// frequent pairs the one with the smaller ids. A pair whose bytes are a token already is passed over, so that every token is spelled differently.
/// </summary>
public static class TokenizerTrainer
{
    /// <summary>Trains on a sample of texts (UTF-8, but any bytes will do).</summary>
    /// <param name="vocabularySize">257 … 65,536 ids. Fewer are made when no pair occurs twice any more.</param>
    public static ByteLevelTokenizer Train(
        IEnumerable<ReadOnlyMemory<byte>> sample,
        int vocabularySize,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, ByteLevelTokenizer.SmallestVocabulary);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(vocabularySize, ByteLevelTokenizer.LargestVocabulary);
        var words = new ByteStringTable();
        var pairs = new PairCounts(words, Count(sample, words, cancellation));
        var wanted = vocabularySize - ByteLevelTokenizer.FirstMerge;
        var merges = new List<(int, int)>(wanted);
        while (merges.Count < wanted && pairs.TryMergeMostFrequent(out var pair))
        {
            merges.Add(pair);
            if (merges.Count % 64 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Report((double)merges.Count / wanted);
            }
        }

        return new ByteLevelTokenizer(merges);
    }

    private static List<long> Count(IEnumerable<ReadOnlyMemory<byte>> sample, ByteStringTable words, CancellationToken cancellation)
    {
        var counts = new List<long>();
        foreach (var text in sample)
        {
            cancellation.ThrowIfCancellationRequested();
            var bytes = text.Span;
            for (var position = 0; position < bytes.Length;)
            {
                var end = PreTokenizer.End(bytes, position);
                var word = words.FindOrAdd(bytes[position..end], out var added);
                if (added)
                {
                    counts.Add(0);
                }

                counts[word]++;
                position = end;
            }
        }

        return counts;
    }
}
