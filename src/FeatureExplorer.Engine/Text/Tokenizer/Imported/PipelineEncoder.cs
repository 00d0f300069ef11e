using System.Runtime.InteropServices;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>Runs a pipeline over texts, and remembers what became of short pieces: nearly all text is repetition. Not for several threads at once.</summary>
internal sealed class PipelineEncoder(TokenizerPipeline pipeline)
{
    private const int LongestRemembered = 64;
    private const int MostRemembered = 1 << 17;
    private const int PiecesBetweenAsking = 1 << 14;

    private readonly PairMerger _merger = new(pipeline.Model);
    private readonly AlignedText _first = new();
    private readonly AlignedText _second = new();
    private readonly List<(int Id, int Start, int End)> _rawFound = [];
    private readonly List<(int Id, int Start, int End)> _found = [];
    private List<(int Start, int End)> _pieces = [];
    private List<(int Start, int End)> _cut = [];

    private readonly ByteStringTable _seen = new();
    private readonly List<int> _rememberedIds = [];
    private readonly List<int> _rememberedLengths = [];
    private readonly List<int> _rememberedEnds = [];

    /// <summary>Appends the ids of a text and, for each, where in the text what it covers ends.</summary>
    /// <param name="source">Valid UTF-8.</param>
    /// <param name="withSpecial">Whether special tokens are found in the text.</param>
    /// <param name="ids">Gets the ids.</param>
    /// <param name="ends">Gets the ends; null where nobody asks.</param>
    public void Encode(ReadOnlySpan<byte> source, bool withSpecial, List<int> ids, List<int>? ends, CancellationToken cancellation)
    {
        _rawFound.Clear();
        pipeline.Raw.Find(source, withSpecial, _rawFound);
        var at = 0;
        foreach (var (id, start, end) in _rawFound)
        {
            EncodeSection(source[at..start], at, withSpecial, ids, ends, cancellation);
            ids.Add(id);
            ends?.Add(end);
            at = end;
        }

        EncodeSection(source[at..], at, withSpecial, ids, ends, cancellation);
    }

    private void EncodeSection(ReadOnlySpan<byte> section, int place, bool withSpecial, List<int> ids, List<int>? ends, CancellationToken cancellation)
    {
        if (section.IsEmpty)
        {
            return;
        }

        var text = new WorkingText(section, place, _first, _second);
        foreach (var normalizer in pipeline.Normalizers)
        {
            if (!normalizer.Leaves(text.Bytes))
            {
                var (from, to) = text.Change();
                normalizer.Apply(from, to);
                text.Become(to);
            }
        }

        if (pipeline.Changed.IsEmpty)
        {
            EncodePart(ref text, 0, text.Bytes.Length, ids, ends, cancellation);
            return;
        }

        _found.Clear();
        pipeline.Changed.Find(text.Bytes, withSpecial, _found);
        if (_found.Count == 0)
        {
            EncodePart(ref text, 0, text.Bytes.Length, ids, ends, cancellation);
            return;
        }

        EncodeParts(ref text, ids, ends, cancellation);
    }

    // Steps may change the text, so each part between added tokens is cut in a copy of its own.
    private void EncodeParts(ref WorkingText text, List<int> ids, List<int>? ends, CancellationToken cancellation)
    {
        var whole = new AlignedText();
        var (from, _) = text.Change();
        whole.Begin(from.PlaceAt(0));
        whole.Copy(from, 0, from.Length);
        var at = 0;
        foreach (var (id, start, end) in _found)
        {
            EncodeCopy(whole, at, start, ids, ends, cancellation);
            ids.Add(id);
            ends?.Add(whole.PlaceAt(end));
            at = end;
        }

        EncodeCopy(whole, at, whole.Length, ids, ends, cancellation);
    }

    private void EncodeCopy(AlignedText whole, int start, int end, List<int> ids, List<int>? ends, CancellationToken cancellation)
    {
        _first.Begin(whole.PlaceAt(start));
        _first.Copy(whole, start, end);
        var part = new WorkingText([], 0, _second, _first);
        part.Become(_first);
        EncodePart(ref part, 0, end - start, ids, ends, cancellation);
    }

    private void EncodePart(ref WorkingText text, int start, int end, List<int> ids, List<int>? ends, CancellationToken cancellation)
    {
        if (start == end)
        {
            return;
        }

        _pieces.Clear();
        _pieces.Add((start, end));
        foreach (var step in pipeline.Steps)
        {
            _cut.Clear();
            step.Apply(ref text, _pieces, _cut);
            (_pieces, _cut) = (_cut, _pieces);
        }

        var asked = 0;
        foreach (var (from, to) in CollectionsMarshal.AsSpan(_pieces))
        {
            EncodePiece(ref text, from, to, ids, ends, cancellation);
            if (++asked % PiecesBetweenAsking == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private void EncodePiece(ref WorkingText text, int start, int end, List<int> ids, List<int>? ends, CancellationToken cancellation)
    {
        var (first, last) = Remember(text.Bytes[start..end], cancellation);
        ids.AddRange(CollectionsMarshal.AsSpan(_rememberedIds)[first..last]);
        if (ends is not null)
        {
            foreach (var length in CollectionsMarshal.AsSpan(_rememberedLengths)[first..last])
            {
                start += length;
                ends.Add(text.PlaceAt(start));
            }
        }
    }

    // A long piece lies behind those remembered until the next one comes.
    private (int First, int Last) Remember(ReadOnlySpan<byte> piece, CancellationToken cancellation)
    {
        var remembered = _rememberedEnds.Count == 0 ? 0 : _rememberedEnds[^1];
        _rememberedIds.RemoveRange(remembered, _rememberedIds.Count - remembered);
        _rememberedLengths.RemoveRange(remembered, _rememberedLengths.Count - remembered);
        if (piece.Length > LongestRemembered)
        {
            _merger.Merge(piece, _rememberedIds, _rememberedLengths, cancellation);
            return (remembered, _rememberedIds.Count);
        }

        if (_seen.Count == MostRemembered)
        {
            _seen.Clear();
            _rememberedIds.Clear();
            _rememberedLengths.Clear();
            _rememberedEnds.Clear();
        }

        var index = _seen.FindOrAdd(piece, out var added);
        if (added)
        {
            _merger.Merge(piece, _rememberedIds, _rememberedLengths, cancellation);
            _rememberedEnds.Add(_rememberedIds.Count);
        }

        return (index == 0 ? 0 : _rememberedEnds[index - 1], _rememberedEnds[index]);
    }
}
