using System.Text;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>What byte-pair encoding does with one piece: the ids of its characters (or bytes), and the pairs that merge.</summary>
internal sealed class PairModel
{
    private readonly Dictionary<int, int> _ofCodePoints = [];
    private readonly int[] _ofBytes = new int[256];
    private readonly ByteStringTable? _whole;
    private readonly List<int> _wholeIds = [];

    /// <param name="spellings">Of the model's own tokens; empty for ids that are added tokens only.</param>
    /// <param name="merges">In the order of their ranks.</param>
    /// <param name="options">The settings.</param>
    public PairModel(ByteStrings spellings, IReadOnlyList<(int Left, int Right, int Id)> merges, PairModelOptions options)
    {
        Options = options;
        Merges = new PairMerges(merges);
        _whole = options.IgnoreMerges ? new ByteStringTable() : null;
        Array.Fill(_ofBytes, -1);
        for (var id = 0; id < spellings.Count; id++)
        {
            Add(id, spellings[id]);
        }
    }

    public PairModelOptions Options { get; }

    public PairMerges Merges { get; }

    /// <summary>The id of a piece that is a token as a whole, where such pieces are not merged; −1 otherwise.</summary>
    public int Whole(ReadOnlySpan<byte> piece) => _whole is not null && _whole.Find(piece) is >= 0 and var index ? _wholeIds[index] : -1;

    /// <summary>Writes the ids that a piece begins with, before anything merges, and how many bytes each stands for; gives their number.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="ids">As long as the piece.</param>
    /// <param name="lengths">As long as the piece.</param>
    public int Begin(ReadOnlySpan<byte> piece, Span<int> ids, Span<int> lengths)
    {
        var (count, waiting, afterUnknown) = (0, 0, false); // waiting: bytes for which there is no token at all
        while (!piece.IsEmpty)
        {
            var size = Next(piece, out var id);
            var isUnknown = id < 0;
            if (isUnknown && !Options.IsByteLevel && FallBack(piece[..size], ids[count..]))
            {
                for (var i = 0; i < size; i++)
                {
                    lengths[count++] = 1 + waiting;
                    waiting = 0;
                }

                afterUnknown = false;
            }
            else if (isUnknown && Options.Unknown is null)
            {
                waiting += size;
            }
            else if (isUnknown && afterUnknown && Options.FusesUnknown)
            {
                lengths[count - 1] += size;
            }
            else
            {
                ids[count] = isUnknown ? Options.Unknown!.Value : id;
                lengths[count++] = size + waiting;
                (waiting, afterUnknown) = (0, isUnknown);
            }

            piece = piece[size..];
        }

        return count;
    }

    private int Next(ReadOnlySpan<byte> piece, out int id)
    {
        if (Options.IsByteLevel)
        {
            id = _ofBytes[piece[0]];
            return 1;
        }

        _ = Rune.DecodeFromUtf8(piece, out var rune, out var size);
        id = _ofCodePoints.GetValueOrDefault(rune.Value, -1);
        return size;
    }

    private bool FallBack(ReadOnlySpan<byte> character, Span<int> ids)
    {
        for (var i = 0; i < character.Length; i++)
        {
            ids[i] = _ofBytes[character[i]];
            if (ids[i] < 0)
            {
                return false;
            }
        }

        return true;
    }

    private void Add(int id, ReadOnlySpan<byte> spelling)
    {
        if (spelling.IsEmpty)
        {
            return;
        }

        if (Rune.DecodeFromUtf8(spelling, out var rune, out var size) == System.Buffers.OperationStatus.Done && size == spelling.Length)
        {
            _ofCodePoints[rune.Value] = id;
            if (Options.IsByteLevel && ByteCharacters.ByteOf(rune.Value) is >= 0 and var value)
            {
                _ofBytes[value] = id;
            }
        }

        if (Options.HasByteFallback && !Options.IsByteLevel && TokenSpelling.FallbackByte(spelling) is >= 0 and var fallback)
        {
            _ofBytes[fallback] = id;
        }

        if (_whole is not null && TokenSpelling.AsPiece(spelling, Options.IsByteLevel) is { } piece)
        {
            _whole.FindOrAdd(piece, out var added);
            if (added)
            {
                _wholeIds.Add(id);
            }
        }
    }
}
