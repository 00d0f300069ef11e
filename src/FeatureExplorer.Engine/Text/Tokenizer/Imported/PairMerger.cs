namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>Merges the pairs of a piece, lowest rank first and leftmost first. Not for several threads at once.</summary>
internal sealed class PairMerger(PairModel model)
{
    private const int LongestScanned = 48;
    private const int MergesBetweenAsking = 1 << 14;

    private int[] _ids = new int[256];
    private int[] _lengths = new int[256];

    /// <summary>Appends the ids of a piece and the bytes of it that each stands for.</summary>
    public void Merge(ReadOnlySpan<byte> piece, List<int> ids, List<int> lengths, CancellationToken cancellation)
    {
        if (model.Whole(piece) is >= 0 and var whole)
        {
            ids.Add(whole);
            lengths.Add(piece.Length);
            return;
        }

        if (piece.Length > _ids.Length)
        {
            var size = (int)Math.Min(Array.MaxLength, piece.Length * 2L);
            (_ids, _lengths) = (new int[size], new int[size]);
        }

        var count = model.Begin(piece, _ids, _lengths);
        count = count <= LongestScanned ? MergeByScanning(count) : MergeByHeap(count, cancellation);
        ids.AddRange(_ids.AsSpan(0, count));
        lengths.AddRange(_lengths.AsSpan(0, count));
    }

    /// <summary>For short pieces looking for the lowest rank afresh each time is faster than any bookkeeping.</summary>
    private int MergeByScanning(int count)
    {
        Span<int> ranks = stackalloc int[LongestScanned]; // ranks[i]: of ids[i] and ids[i + 1]
        Span<int> merged = stackalloc int[LongestScanned];
        var ids = _ids.AsSpan();
        var lengths = _lengths.AsSpan();
        for (var i = 0; i + 1 < count; i++)
        {
            ranks[i] = model.Merges.Find(ids[i], ids[i + 1], out merged[i]);
        }

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                best = ranks[i] < ranks[best] ? i : best;
            }

            if (ranks[best] == PairMerges.None)
            {
                break;
            }

            ids[best] = merged[best];
            lengths[best] += lengths[best + 1];
            count--;
            ids[(best + 2)..(count + 1)].CopyTo(ids[(best + 1)..]);
            lengths[(best + 2)..(count + 1)].CopyTo(lengths[(best + 1)..]);
            if (best + 1 < count)
            {
                ranks[(best + 2)..count].CopyTo(ranks[(best + 1)..]);
                merged[(best + 2)..count].CopyTo(merged[(best + 1)..]);
                ranks[best] = model.Merges.Find(ids[best], ids[best + 1], out merged[best]);
            }

            if (best > 0)
            {
                ranks[best - 1] = model.Merges.Find(ids[best - 1], ids[best], out merged[best - 1]);
            }
        }

        return count;
    }

    /// <summary>A linked list of ids and a heap of possible merges: n log n, for a whole text without a cut.</summary>
    private int MergeByHeap(int count, CancellationToken cancellation)
    {
        var (ids, lengths) = (_ids, _lengths); // a length of 0: merged into its left neighbour
        var next = new int[count];
        var previous = new int[count];
        var heap = new PriorityQueue<int, long>(); // priority: rank, then position
        for (var i = 0; i < count; i++)
        {
            (next[i], previous[i]) = (i + 1, i - 1);
        }

        for (var i = 0; i < count; i++)
        {
            Offer(i);
        }

        for (var taken = 1; heap.TryDequeue(out var left, out var priority); taken++)
        {
            if (taken % MergesBetweenAsking == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            // An entry is stale when a neighbour has changed since.
            var right = next[left];
            if (lengths[left] == 0 || right == count || model.Merges.Find(ids[left], ids[right], out var merged) != (int)(priority >> 32))
            {
                continue;
            }

            ids[left] = merged;
            lengths[left] += lengths[right];
            lengths[right] = 0;
            next[left] = next[right];
            if (next[left] < count)
            {
                previous[next[left]] = left;
            }

            Offer(left);
            Offer(previous[left]);
        }

        var kept = 0;
        for (var i = 0; i < count; i = next[i])
        {
            (ids[kept], lengths[kept]) = (ids[i], lengths[i]);
            kept++;
        }

        return kept;

        void Offer(int left)
        {
            if (left >= 0 && next[left] < count && model.Merges.Find(ids[left], ids[next[left]], out _) is not PairMerges.None and var rank)
            {
                heap.Enqueue(left, ((long)rank << 32) | (uint)left);
            }
        }
    }
}
