namespace FeatureExplorer.Engine.Activations;

/// <summary>
/// One source for several readers: each gets the whole sequence of vectors from its beginning, at its own pace. Vectors are kept, in single
/// precision, from when the fastest reader asks for them until the slowest has had them.
/// </summary>
internal sealed unsafe class SharedActivations
{
    // Kept vectors are given up in pieces of so many.
    private const int PieceRows = 1024;

    private readonly IActivationSource _source;
    private readonly long[] _positions;
    private readonly Queue<float[]> _pieces = new();
    private long _first;

    public SharedActivations(IActivationSource source, int readers)
    {
        _source = source;
        _positions = new long[readers];
    }

    /// <summary>Most vectors that were kept at once.</summary>
    public long LargestBacklog { get; private set; }

    /// <summary>Vectors that a reader has read; the largest number when it is finished.</summary>
    public long Position(int reader) => _positions[reader];

    /// <summary>The source as one reader sees it.</summary>
    public IActivationSource Reader(int reader) => new Tap(this, reader);

    /// <summary>The reader needs no more: nothing is kept for it.</summary>
    public void Finish(int reader)
    {
        _positions[reader] = long.MaxValue;
        GiveUp();
    }

    private void Read(int reader, float* x, int rows)
    {
        var n = _source.Inputs;
        for (var done = 0; done < rows;)
        {
            var at = _positions[reader] - _first;
            while (at >= (long)_pieces.Count * PieceRows)
            {
                Fetch();
            }

            var start = (int)(at % PieceRows);
            var count = Math.Min(rows - done, PieceRows - start);
            _pieces.ElementAt((int)(at / PieceRows)).AsSpan(start * n, count * n).CopyTo(new Span<float>(x + ((nint)done * n), count * n));
            _positions[reader] += count;
            done += count;
        }

        GiveUp();
    }

    private void Fetch()
    {
        var piece = new float[PieceRows * _source.Inputs];
        fixed (float* rows = piece)
        {
            _source.Read(rows, PieceRows);
        }

        _pieces.Enqueue(piece);
        LargestBacklog = Math.Max(LargestBacklog, (long)_pieces.Count * PieceRows);
    }

    private void GiveUp()
    {
        var slowest = _positions.Min();
        while (_pieces.Count > 0 && _first + PieceRows <= slowest)
        {
            _pieces.Dequeue();
            _first += PieceRows;
        }
    }

    private sealed class Tap(SharedActivations shared, int reader) : IActivationSource
    {
        public int Inputs => shared._source.Inputs;

        public void Read(float* x, int rows) => shared.Read(reader, x, rows);
    }
}
