namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>
/// The first pass: which domains there are, and for the tokenizer an even sample of each, however large. The documents with the smallest
/// hashes make the sample, so it does not depend on their order.
/// </summary>
internal sealed class CorpusSample(Mixture keep, int bytesPerDomain)
{
    private const int LongestExcerpt = 1 << 16;
    private const int BytesAtLeast = 8 << 20;
    private const int BytesAtMost = 64 << 20;

    private readonly SortedDictionary<string, DomainSample> _domains = new(StringComparer.Ordinal);

    /// <summary>All domains of the corpus, also those of which nothing is kept.</summary>
    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>UTF-8 bytes of all documents that are kept.</summary>
    public long Bytes => _domains.Values.Sum(domain => domain.Bytes);

    /// <summary>UTF-8 bytes of all documents.</summary>
    public long BytesSeen { get; private set; }

    /// <summary>The names of the domains kept, those with most text if there are more than <paramref name="most"/>, in alphabetical order.</summary>
    public List<string> Domains(int most) =>
        [.. _domains.Where(pair => pair.Key.Length > 0)
            .OrderByDescending(pair => pair.Value.Bytes)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(most)
            .Select(pair => pair.Key)
            .Order(StringComparer.Ordinal)];

    public IEnumerable<ReadOnlyMemory<byte>> Excerpts => _domains.Values.SelectMany(domain => domain.Excerpts);

    public void Add(DocumentBatches.Slot slot)
    {
        var name = slot.Document.Domain ?? "";
        BytesSeen += slot.Utf8.Length;
        if (name.Length > 0)
        {
            Seen.Add(name);
        }

        if (!keep.Keeps(slot.Document.Domain, slot.Hash))
        {
            return;
        }

        if (!_domains.TryGetValue(name, out var domain))
        {
            domain = new DomainSample();
            _domains.Add(name, domain);
            foreach (var sample in _domains.Values)
            {
                sample.Trim(Budget);
            }
        }

        domain.Add(slot, Budget);
    }

    private long Budget => Math.Min(Math.Max(bytesPerDomain, BytesAtLeast / _domains.Count), Math.Max(1, BytesAtMost / _domains.Count));

    private sealed class DomainSample
    {
        private readonly PriorityQueue<byte[], ulong> _excerpts = new(Comparer<ulong>.Create((a, b) => b.CompareTo(a))); // largest hash first out
        private long _sampled;

        public long Bytes { get; private set; }

        public IEnumerable<ReadOnlyMemory<byte>> Excerpts => _excerpts.UnorderedItems.OrderBy(item => item.Priority).Select(item => (ReadOnlyMemory<byte>)item.Element);

        public void Add(DocumentBatches.Slot slot, long budget)
        {
            Bytes += slot.Utf8.Length;
            if (_sampled >= budget && _excerpts.TryPeek(out _, out var largest) && slot.Hash.Sampled >= largest)
            {
                return;
            }

            var excerpt = slot.Utf8[..Math.Min(slot.Utf8.Length, LongestExcerpt)].ToArray();
            _excerpts.Enqueue(excerpt, slot.Hash.Sampled);
            _sampled += excerpt.Length;
            Trim(budget);
        }

        public void Trim(long budget)
        {
            while (_excerpts.Count > 1 && _sampled - _excerpts.Peek().Length >= budget)
            {
                _sampled -= _excerpts.Dequeue().Length;
            }
        }
    }
}
