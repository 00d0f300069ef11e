using System.Text;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>
/// Goes through a corpus in batches: one thread reads ahead, all threads work on the documents of a batch, and the results are taken in the
/// documents' order. Memory is bounded by two batches.
/// </summary>
internal sealed class DocumentBatches
{
    private const int BatchCharacters = 2 << 20;
    private const int MostDocuments = 4096;

    private readonly List<Slot> _slots = [];

    /// <param name="work">Called on any thread, once for each document.</param>
    /// <param name="take">Called on the calling thread, in order.</param>
    public void Run(ICorpusSource source, CorpusReading reading, Action<Slot> work, Action<Slot> take, CancellationToken cancellation)
    {
        using var documents = source.Read(reading).GetEnumerator();
        var next = Task.Run(() => ReadBatch(documents), cancellation);
        try
        {
            while (true)
            {
                var batch = next.GetAwaiter().GetResult();
                cancellation.ThrowIfCancellationRequested();
                if (batch.Count == 0)
                {
                    return;
                }

                next = Task.Run(() => ReadBatch(documents), CancellationToken.None);
                Work(batch, work);
                for (var i = 0; i < batch.Count; i++)
                {
                    take(_slots[i]);
                }
            }
        }
        finally
        {
            // The reader must have let go of the enumerator before it is disposed; what it failed with is thrown above, or no longer matters.
            ((IAsyncResult)next).AsyncWaitHandle.WaitOne();
        }
    }

    private void Work(List<Document> batch, Action<Slot> work)
    {
        while (_slots.Count < batch.Count)
        {
            _slots.Add(new Slot());
        }

        WorkerPool.For(batch.Count, (i, _) =>
        {
            _slots[i].Fill(batch[i]);
            work(_slots[i]);
        });
    }

    private static List<Document> ReadBatch(IEnumerator<Document> documents)
    {
        var batch = new List<Document>();
        for (var size = 0; size < BatchCharacters && batch.Count < MostDocuments && documents.MoveNext();)
        {
            batch.Add(documents.Current);
            size += documents.Current.Text.Length;
        }

        return batch;
    }

    /// <summary>A document at work, with room that is used again and again.</summary>
    internal sealed class Slot
    {
        private byte[] _utf8 = [];
        private int _length;

        public Document Document { get; private set; } = new("", null, "");

        public ReadOnlySpan<byte> Utf8 => _utf8.AsSpan(0, _length);

        public DocumentHash Hash { get; private set; }

        public bool IsKept { get; set; }

        public List<int> Tokens { get; } = [];

        public void Fill(Document document)
        {
            Document = document;
            _length = Encoding.UTF8.GetByteCount(document.Text);
            if (_utf8.Length < _length)
            {
                _utf8 = new byte[_length];
            }

            Encoding.UTF8.GetBytes(document.Text, _utf8);
            Hash = DocumentHash.Of(Utf8);
            Tokens.Clear();
        }
    }
}
