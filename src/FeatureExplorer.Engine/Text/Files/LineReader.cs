namespace FeatureExplorer.Engine.Text.Files;

/// <summary>The lines of a stream as bytes, without copying; memory is bounded by the longest line allowed.</summary>
internal sealed class LineReader(Stream stream, int longest)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _filled;
    private int _lineStart;
    private int _lineEnd;
    private bool _ended;

    /// <summary>Number of the current line, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The line was longer than allowed; <see cref="Current"/> is empty.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The line without its line feed, until the next call of <see cref="MoveNext"/>.</summary>
    public ReadOnlySpan<byte> Current => _buffer.AsSpan(_lineStart, _lineEnd - _lineStart);

    public bool MoveNext()
    {
        IsTooLong = false;
        var searched = 0; // bytes after the start of the line that are known to hold no line feed
        while (true)
        {
            var feed = _buffer.AsSpan(_start + searched, _filled - _start - searched).IndexOf((byte)'\n');
            if (feed >= 0 || (_ended && _filled > _start))
            {
                var end = feed >= 0 ? _start + searched + feed : _filled;
                (_lineStart, _lineEnd) = IsTooLong ? (0, 0) : (_start, end);
                _start = feed >= 0 ? end + 1 : end;
                Number++;
                return true;
            }

            if (_ended)
            {
                // A line that was too long and ran to the end of the file is still to be told of.
                Number += IsTooLong ? 1 : 0;
                (_lineStart, _lineEnd) = (0, 0);
                return IsTooLong;
            }

            searched = _filled - _start;
            if (IsTooLong || searched > longest)
            {
                IsTooLong = true;
                _start = _filled;
                searched = 0;
            }

            Fill();
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _filled - _start).CopyTo(_buffer);
            _filled -= _start;
            _start = 0;
        }

        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var count = stream.Read(_buffer, _filled, _buffer.Length - _filled);
        _filled += count;
        _ended = count == 0;
    }
}
