namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>The text of one section, changed or not. Two buffers take turns as it is changed again.</summary>
internal ref struct WorkingText(ReadOnlySpan<byte> source, int place, AlignedText first, AlignedText second)
{
    private readonly AlignedText _first = first;
    private readonly AlignedText _second = second;
    private readonly int _place = place;
    private AlignedText? _changed;

    public ReadOnlySpan<byte> Bytes { get; private set; } = source;

    /// <summary>Where in the source the bytes before a position end.</summary>
    public readonly int PlaceAt(int position) => _changed is null ? _place + position : _changed.PlaceAt(position);

    /// <summary>The text as it is now and the buffer for what it becomes, empty.</summary>
    public (AlignedText From, AlignedText To) Change()
    {
        if (_changed is null)
        {
            _first.Set(Bytes, _place);
            _changed = _first;
        }

        var to = _changed == _first ? _second : _first;
        to.Begin(_changed.PlaceAt(0));
        return (_changed, to);
    }

    public void Become(AlignedText text)
    {
        _changed = text;
        Bytes = text.Bytes;
    }
}
