using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.Activations;

/// <summary>
/// One source for several readers: each gets the whole sequence of vectors from its beginning, at its own pace. Vectors are kept from
/// when the fastest reader asks for them until the slowest has had them; a reader that is alone reads from the source itself.
/// </summary>
internal sealed unsafe class SharedActivations : IDisposable
{
    /// <summary>Vectors are kept, and given up, in pieces of so many.</summary>
    public const int PieceRows = 1024;

    // Enough for readers side by side. Those beyond, a hundred megabytes of a resampling, are kept smaller and go back to the system.
    private const int MostSpare = 4;

    private const string KeptTensor = "shared.kept";
    private const string FirstTensor = "shared.first";

    private readonly IActivationSource _source;
    private readonly IComputeBackend? _backend;
    private readonly long[] _positions;
    private readonly Queue<VectorPiece> _pieces = new();
    private readonly Stack<VectorPiece> _spare = new();
    private long _first;

    /// <param name="source">Not owned.</param>
    /// <param name="readers">How many.</param>
    /// <param name="backend">Where its vectors are kept; null, and for sources of the host: in the host's memory.</param>
    public SharedActivations(IActivationSource source, int readers, IComputeBackend? backend = null)
    {
        _source = source;
        _backend = source is IRowSource && backend is { Info.IsEngine: false } ? backend : null;
        _positions = new long[readers];
    }

    /// <summary>Most vectors that were kept at once.</summary>
    public long LargestBacklog { get; private set; }

    /// <summary>Vectors that a reader has read; the largest number when it is finished.</summary>
    public long Position(int reader) => _positions[reader];

    /// <summary>The source as one reader sees it.</summary>
    public IActivationSource Reader(int reader) => _backend is null ? new Tap(this, reader) : new DeviceTap(this, reader);

    /// <summary>The reader needs no more: nothing is kept for it.</summary>
    public void Finish(int reader)
    {
        _positions[reader] = long.MaxValue;
        GiveUp();
    }

    /// <summary>The source's state, and the vectors that are kept: most often a few thousand, and up to a resampling's while one reads ahead.</summary>
    /// <exception cref="InvalidOperationException">The source cannot be resumed.</exception>
    public IReadOnlyList<NamedTensor> SaveState()
    {
        var source = _source as IResumableActivations
            ?? throw new InvalidOperationException("This source of activations cannot be resumed, so a training on it cannot have checkpoints.");
        VectorPiece[] kept = [.. _pieces];
        return
        [
            .. source.SaveState(),
            NamedTensor.Floats(KeptTensor, (start, to) => Copy(kept, start, to), (long)kept.Length * PieceRows, _source.Inputs),
            NamedTensor.Integers(FirstTensor, [_first], 1),
        ];
    }

    /// <summary>Goes on from <see cref="SaveState"/>, for the readers of then or some of them.</summary>
    /// <param name="file">What was saved.</param>
    /// <param name="positions">Of each reader of now: <see cref="Position"/> at that time.</param>
    /// <exception cref="InvalidDataException">The state is of another source.</exception>
    public void RestoreState(SafetensorsFile file, IReadOnlyList<long> positions)
    {
        ((IResumableActivations)_source).RestoreState(file);
        var (kept, first) = (file.ReadArray(KeptTensor), file.ReadIntegers(FirstTensor));
        var length = PieceRows * _source.Inputs;
        if (first.Length != 1 || kept.Length % length != 0 || positions.Min() < first[0])
        {
            throw new InvalidDataException($"{file.FilePath} belongs to another stream of activations: delete it and begin anew.");
        }

        _first = first[0];
        Dispose();
        for (var start = 0; start < kept.Length; start += length)
        {
            var piece = NewPiece();
            piece.Write(kept.AsSpan(start, length));
            Keep(piece);
        }

        for (var reader = 0; reader < _positions.Length; reader++)
        {
            _positions[reader] = positions[reader];
        }

        GiveUp();
    }

    /// <summary>The numbers of several pieces from one on, as many as fit.</summary>
    private static void Copy(VectorPiece[] pieces, long start, Span<float> to)
    {
        for (var done = 0; done < to.Length;)
        {
            var (piece, at) = Math.DivRem(start + done, pieces[0].Length);
            var count = (int)Math.Min(to.Length - done, pieces[0].Length - at);
            pieces[piece].CopyTo((int)at, to.Slice(done, count));
            done += count;
        }
    }

    private void Read(int reader, float* x, int rows)
    {
        var n = _source.Inputs;
        for (var done = 0; done < rows;)
        {
            var at = _positions[reader] - _first;
            if (at == (long)_pieces.Count * PieceRows && IsAlone(reader))
            {
                _source.Read(x + ((nint)done * n), rows - done);
                _positions[reader] += rows - done;
                ClearSpare();
                break;
            }

            FetchTo(at + 1);
            var start = (int)(at % PieceRows);
            var count = Math.Min(rows - done, PieceRows - start);
            _pieces.ElementAt((int)(at / PieceRows)).CopyTo(start * n, new Span<float>(x + ((nint)done * n), count * n));
            _positions[reader] += count;
            done += count;
        }

        GiveUp();
    }

    private void Read(int reader, Rows x, int rows)
    {
        for (var done = 0; done < rows;)
        {
            var at = _positions[reader] - _first;
            if (done == 0 && at == (long)_pieces.Count * PieceRows && IsAlone(reader))
            {
                x.Fill(_source, rows);
                _positions[reader] += rows;
                ClearSpare();
                break;
            }

            FetchTo(at + 1);
            var start = (int)(at % PieceRows);
            var count = Math.Min(rows - done, PieceRows - start);
            _pieces.ElementAt((int)(at / PieceRows)).CopyTo(start, x, done, count);
            _positions[reader] += count;
            done += count;
        }

        GiveUp();
    }

    /// <summary>The next vectors of a reader as the pieces in which they are kept for the others; null when none are, and it reads from the source itself.</summary>
    private (VectorPiece[] Pieces, int FirstRow)? Take(int reader, int rows)
    {
        if (IsAlone(reader))
        {
            return null;
        }

        var at = _positions[reader] - _first;
        FetchTo(at + rows);
        var first = (int)(at / PieceRows);
        VectorPiece[] taken = [.. _pieces.Take(first..(int)((at + rows + PieceRows - 1) / PieceRows)).Select(static piece => piece.Share())];
        _positions[reader] += rows;
        GiveUp();
        return (taken, (int)(at % PieceRows));
    }

    private bool IsAlone(int reader)
    {
        for (var other = 0; other < _positions.Length; other++)
        {
            if (other != reader && _positions[other] != long.MaxValue)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Has so many rows kept.</summary>
    private void FetchTo(long rows)
    {
        while (rows > (long)_pieces.Count * PieceRows)
        {
            Fetch();
        }
    }

    private VectorPiece NewPiece() => _backend is null ? new HostPiece(PieceRows * _source.Inputs) : new DevicePiece(_backend, PieceRows, _source.Inputs);

    private void Fetch()
    {
        var piece = _spare.TryPop(out var spare) ? spare : NewPiece();
        piece.Fill(_source, PieceRows);
        Keep(piece);
        LargestBacklog = Math.Max(LargestBacklog, (long)_pieces.Count * PieceRows);
    }

    private void Keep(VectorPiece piece)
    {
        if (_pieces.Count >= MostSpare)
        {
            piece.Shrink();
        }

        _pieces.Enqueue(piece);
    }

    /// <summary>Gives all that is kept back to the system.</summary>
    public void Dispose()
    {
        ClearSpare();
        while (_pieces.TryDequeue(out var piece))
        {
            piece.Dispose();
        }
    }

    private void ClearSpare()
    {
        while (_spare.TryPop(out var piece))
        {
            piece.Dispose();
        }
    }

    private void GiveUp()
    {
        var slowest = _positions.Min();
        while (_pieces.Count > 0 && _first + PieceRows <= slowest)
        {
            var piece = _pieces.Dequeue();
            _first += PieceRows;
            if (piece.IsHalf || piece.IsShared || _spare.Count == MostSpare)
            {
                piece.Dispose();
            }
            else
            {
                _spare.Push(piece);
            }
        }

        if (_pieces.Count == 0)
        {
            // Whoever is alone has read on from the source itself.
            _first = slowest == long.MaxValue ? _first : slowest;
        }
    }

    private sealed class DeviceTap(SharedActivations shared, int reader) : Tap(shared, reader), IRowSource
    {
        public void Read(Rows x, int rows) => Shared.Read(Place, x, rows);
    }

    private class Tap(SharedActivations shared, int reader) : IVectorPieces
    {
        public int Inputs => shared._source.Inputs;

        protected SharedActivations Shared => shared;

        protected int Place => reader;

        public void Read(float* x, int rows) => shared.Read(reader, x, rows);

        public (VectorPiece[] Pieces, int FirstRow)? Take(int rows) => shared.Take(reader, rows);
    }
}
