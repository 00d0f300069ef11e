namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>
/// Merges byte pairs, lowest id first and leftmost first, and remembers the result for short pre-tokens: nearly all text is repetition.
/// Not for several threads at once.
/// </summary>
internal sealed class BytePairEncoder(MergeTable merges)
{
    private const int LongestRemembered = 64;
    private const int MostRemembered = 1 << 17;
    private const int LongestScanned = 64;
    private const int BytesBetweenAsking = 1 << 16;

    private readonly ByteStringTable _seen = new();
    private readonly List<int> _remembered = [];
    private readonly List<int> _ends = [];

    public void Encode(ReadOnlySpan<byte> text, List<int> output, CancellationToken cancellation)
    {
        var (position, ask) = (0, BytesBetweenAsking);
        while (position < text.Length)
        {
            var end = PreTokenizer.End(text, position);
            EncodePreToken(text[position..end], output, cancellation);
            position = end;
            if (position >= ask)
            {
                cancellation.ThrowIfCancellationRequested();
                ask = position + BytesBetweenAsking;
            }
        }
    }

    private void EncodePreToken(ReadOnlySpan<byte> word, List<int> output, CancellationToken cancellation)
    {
        if (word.Length > LongestRemembered)
        {
            Merge(word, output, cancellation);
            return;
        }

        if (_seen.Count == MostRemembered)
        {
            _seen.Clear();
            _remembered.Clear();
            _ends.Clear();
        }

        var index = _seen.FindOrAdd(word, out var added);
        if (added)
        {
            Merge(word, _remembered, cancellation);
            _ends.Add(_remembered.Count);
        }

        var start = index == 0 ? 0 : _ends[index - 1];
        output.AddRange(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_remembered)[start.._ends[index]]);
    }

    private void Merge(ReadOnlySpan<byte> word, List<int> output, CancellationToken cancellation)
    {
        if (word.Length <= LongestScanned)
        {
            MergeByScanning(word, output);
        }
        else
        {
            MergeByHeap(word, output, cancellation);
        }
    }

    /// <summary>For short words looking for the smallest merge afresh each time is faster than any bookkeeping.</summary>
    private void MergeByScanning(ReadOnlySpan<byte> word, List<int> output)
    {
        Span<int> ids = stackalloc int[LongestScanned];
        Span<int> merged = stackalloc int[LongestScanned]; // merged[i]: what ids[i] and ids[i + 1] merge into, 0 if nothing
        var count = word.Length;
        for (var i = 0; i < count; i++)
        {
            ids[i] = ByteLevelTokenizer.FirstByte + word[i];
        }

        for (var i = 0; i + 1 < count; i++)
        {
            merged[i] = merges.Find(ids[i], ids[i + 1]);
        }

        while (true)
        {
            var best = -1;
            var bestId = int.MaxValue;
            for (var i = 0; i + 1 < count; i++)
            {
                if (merged[i] != 0 && merged[i] < bestId)
                {
                    (best, bestId) = (i, merged[i]);
                }
            }

            if (best < 0)
            {
                break;
            }

            ids[best] = bestId;
            count--;
            ids[(best + 2)..(count + 1)].CopyTo(ids[(best + 1)..]);
            merged[(best + 1)..count].CopyTo(merged[best..]);
            if (best > 0)
            {
                merged[best - 1] = merges.Find(ids[best - 1], ids[best]);
            }

            if (best + 1 < count)
            {
                merged[best] = merges.Find(ids[best], ids[best + 1]);
            }
        }

        output.AddRange(ids[..count]);
    }

    /// <summary>A linked list of ids and a heap of possible merges: n log n, for a megabyte without a space.</summary>
    private void MergeByHeap(ReadOnlySpan<byte> word, List<int> output, CancellationToken cancellation)
    {
        var length = word.Length;
        var ids = new int[length]; // 0: merged into its left neighbour
        var next = new int[length];
        var previous = new int[length];
        var heap = new PriorityQueue<int, long>(); // priority: merged id, then position
        for (var i = 0; i < length; i++)
        {
            ids[i] = ByteLevelTokenizer.FirstByte + word[i];
            next[i] = i + 1;
            previous[i] = i - 1;
        }

        for (var i = 0; i < length; i++)
        {
            Offer(i);
        }

        for (var taken = 1; heap.TryDequeue(out var left, out var priority); taken++)
        {
            if (taken % BytesBetweenAsking == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            // An entry is stale when a neighbour has changed since.
            var right = next[left];
            if (ids[left] == 0 || right == length || merges.Find(ids[left], ids[right]) != (int)(priority >> 32))
            {
                continue;
            }

            ids[left] = (int)(priority >> 32);
            ids[right] = 0;
            next[left] = next[right];
            if (next[left] < length)
            {
                previous[next[left]] = left;
            }

            Offer(left);
            Offer(previous[left]);
        }

        for (var i = 0; i < length; i = next[i])
        {
            output.Add(ids[i]);
        }

        void Offer(int left)
        {
            if (left >= 0 && next[left] < length && merges.Find(ids[left], ids[next[left]]) is not 0 and var id)
            {
                heap.Enqueue(left, ((long)id << 32) | (uint)left);
            }
        }
    }
}
