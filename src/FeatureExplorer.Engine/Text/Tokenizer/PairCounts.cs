namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>
/// The state of byte-pair training: every distinct pre-token as ids, how often each pair of neighbours occurs, and where. A merge touches
/// only the words that hold the pair. The heap is put right lazily: a count that has fallen is noticed when its entry comes to the top.
/// </summary>
internal sealed class PairCounts
{
    private readonly int[] _ids; // all words, end to end
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly List<long> _wordCounts;
    private readonly Dictionary<uint, Pair> _pairs = [];
    private readonly PriorityQueue<uint, Priority> _heap = new();
    private readonly List<uint> _grown = [];
    private readonly ByteStringTable _spellings = new();
    private int _next = ByteLevelTokenizer.FirstMerge;
    private int _round;

    public PairCounts(ByteStringTable words, List<long> counts)
    {
        _wordCounts = counts;
        _ids = new int[words.ByteCount];
        _starts = new int[words.Count];
        _lengths = new int[words.Count];
        for (var value = 0; value < 256; value++)
        {
            _spellings.FindOrAdd([(byte)value], out _);
        }

        var position = 0;
        for (var word = 0; word < words.Count; word++)
        {
            var bytes = words.Key(word);
            _starts[word] = position;
            _lengths[word] = bytes.Length;
            for (var i = 0; i < bytes.Length; i++)
            {
                _ids[position++] = ByteLevelTokenizer.FirstByte + bytes[i];
                if (i > 0)
                {
                    Add(Key(_ids[position - 2], _ids[position - 1]), counts[word], word);
                }
            }
        }

        OfferGrown();
    }

    /// <summary>Merges the most frequent pair into the next id; false when no pair is left that occurs twice.</summary>
    public bool TryMergeMostFrequent(out (int Left, int Right) pair)
    {
        while (_heap.TryDequeue(out var key, out var priority))
        {
            var count = _pairs.TryGetValue(key, out var entry) ? entry.Count : 0;
            if (count != priority.Count)
            {
                if (count > 1)
                {
                    _heap.Enqueue(key, new Priority(count, key));
                }

                continue;
            }

            if (count < 2)
            {
                break;
            }

            pair = IdsOf(key);
            _pairs.Remove(key);
            if (IsNewSpelling(pair))
            {
                Merge(key, entry!.Words);
                return true;
            }
        }

        pair = default;
        return false;
    }

    private bool IsNewSpelling((int Left, int Right) pair)
    {
        var left = _spellings.Key(pair.Left - ByteLevelTokenizer.FirstByte);
        var right = _spellings.Key(pair.Right - ByteLevelTokenizer.FirstByte);
        byte[] spelling = [.. left, .. right];
        _spellings.FindOrAdd(spelling, out var added);
        return added;
    }

    private void Merge(uint key, List<int> words)
    {
        var (left, right) = IdsOf(key);
        var merged = _next++;
        _round++;
        foreach (var word in words)
        {
            var ids = _ids.AsSpan(_starts[word], _lengths[word]);
            var count = _wordCounts[word];
            var written = 0;
            for (var i = 0; i < ids.Length; i++)
            {
                if (i + 1 == ids.Length || ids[i] != left || ids[i + 1] != right)
                {
                    ids[written++] = ids[i];
                    continue;
                }

                if (written > 0)
                {
                    Add(Key(ids[written - 1], left), -count, word);
                    Add(Key(ids[written - 1], merged), count, word);
                }

                if (i + 2 < ids.Length)
                {
                    Add(Key(right, ids[i + 2]), -count, word);
                    Add(Key(merged, ids[i + 2]), count, word);
                }

                ids[written++] = merged;
                i++;
            }

            _lengths[word] = written;
        }

        // In a run such as "aaa" the merge of (a, a) also lowers its own count, which is settled by now.
        _pairs.Remove(key);
        OfferGrown();
    }

    private void Add(uint key, long change, int word)
    {
        if (!_pairs.TryGetValue(key, out var pair))
        {
            pair = new Pair();
            _pairs.Add(key, pair);
        }

        pair.Count += change;
        if (change < 0)
        {
            return;
        }

        if (pair.Words.Count == 0 || pair.Words[^1] != word)
        {
            pair.Words.Add(word);
        }

        if (pair.Round != _round)
        {
            pair.Round = _round;
            _grown.Add(key);
        }
    }

    private void OfferGrown()
    {
        foreach (var key in _grown)
        {
            if (_pairs.TryGetValue(key, out var pair) && pair.Count > 1)
            {
                _heap.Enqueue(key, new Priority(pair.Count, key));
            }
        }

        _grown.Clear();
    }

    /// <summary>A pair in 32 bits: a vocabulary that is learnt here has at most 65,536 ids.</summary>
    private static uint Key(int left, int right) => ((uint)left << 16) | (uint)right;

    private static (int Left, int Right) IdsOf(uint key) => ((int)(key >> 16), (int)(key & 0xFFFF));

    private sealed class Pair
    {
        public long Count;
        public int Round = -1;
        public List<int> Words = [];
    }

    private readonly record struct Priority(long Count, uint Key) : IComparable<Priority>
    {
        public int CompareTo(Priority other) => Count != other.Count ? other.Count.CompareTo(Count) : Key.CompareTo(other.Key);
    }
}
