namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>
/// A text while it is changed: UTF-8, and for every place between two bytes the place in the source that it stands for. Where characters are replaced
/// by others, all places within the new ones stand for the end of the old ones: the token that holds the first byte covers all of them.
/// </summary>
internal sealed class AlignedText
{
    private byte[] _bytes = new byte[256];
    private int[] _places = new int[257];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public int PlaceAt(int position) => _places[position];

    /// <summary>Empties the text; it begins at a place of the source.</summary>
    public void Begin(int place)
    {
        Length = 0;
        _places[0] = place;
    }

    /// <summary>Makes it a part of the source as it stands.</summary>
    public void Set(ReadOnlySpan<byte> source, int place)
    {
        Begin(place);
        Grow(source.Length);
        source.CopyTo(_bytes);
        for (var i = 1; i <= source.Length; i++)
        {
            _places[i] = place + i;
        }

        Length = source.Length;
    }

    /// <summary>Appends a part of another text as it stands there. A text begins where in the source its first character does.</summary>
    public void Copy(AlignedText from, int start, int end)
    {
        if (Length == 0)
        {
            _places[0] = from._places[start];
        }

        Grow(end - start);
        from.Bytes[start..end].CopyTo(_bytes.AsSpan(Length));
        from._places.AsSpan(start + 1, end - start).CopyTo(_places.AsSpan(Length + 1));
        Length += end - start;
    }

    /// <summary>Appends characters that stand for what the source has up to a place; for nothing of it if the text ends at that place already.</summary>
    public void Put(ReadOnlySpan<byte> characters, int place)
    {
        Grow(characters.Length);
        characters.CopyTo(_bytes.AsSpan(Length));
        _places.AsSpan(Length + 1, characters.Length).Fill(place);
        Length += characters.Length;
    }

    /// <summary>Appends characters that stand for nothing in the source.</summary>
    public void Insert(ReadOnlySpan<byte> characters) => Put(characters, _places[Length]);

    private void Grow(int count)
    {
        var length = checked(Length + count);
        if (length > _bytes.Length)
        {
            var size = (int)Math.Min(Array.MaxLength - 1, Math.Max(length, _bytes.Length * 2L));
            Array.Resize(ref _bytes, size);
            Array.Resize(ref _places, size + 1);
        }
    }
}
