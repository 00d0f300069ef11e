namespace FeatureExplorer.Engine.Text.Tokenizer.Patterns;

/// <summary>One search of a pattern: its text and what it may still cost.</summary>
internal ref struct PatternRun(ReadOnlySpan<byte> text, string name = "")
{
    /// <summary>Patterns in use take fewer than 20 steps a byte on any text.</summary>
    private const long StepsPerByte = 500;

    private const long FewestSteps = 100_000;
    private const int DeepestLoop = 2_000;

    private long _steps = FewestSteps + (StepsPerByte * text.Length);
    private int _depth;

    /// <summary>Valid UTF-8.</summary>
    public ReadOnlySpan<byte> Text { get; } = text;

    /// <exception cref="PatternTooSlowException">The pattern has taken too many steps.</exception>
    public void Spend(int steps)
    {
        _steps -= steps;
        if (_steps < 0)
        {
            throw new PatternTooSlowException($"the regular expression {PatternClassParser.Short(name)} takes more than {StepsPerByte} steps for each byte of a text");
        }
    }

    /// <exception cref="PatternTooSlowException">Repeated groups lie too deep.</exception>
    public void Enter()
    {
        if (++_depth > DeepestLoop)
        {
            throw new PatternTooSlowException($"a group of the regular expression {PatternClassParser.Short(name)} is repeated more than {DeepestLoop} times on a text");
        }
    }

    public void Leave() => _depth--;

    /// <summary>The code point at a place within the text, and its length in bytes.</summary>
    public readonly int CodePoint(int at, out int length)
    {
        var text = Text;
        int lead = text[at];
        if (lead < 0x80)
        {
            length = 1;
            return lead;
        }

        if (lead < 0xE0)
        {
            length = 2;
            return ((lead & 0x1F) << 6) | (text[at + 1] & 0x3F);
        }

        if (lead < 0xF0)
        {
            length = 3;
            return ((lead & 0x0F) << 12) | ((text[at + 1] & 0x3F) << 6) | (text[at + 2] & 0x3F);
        }

        length = 4;
        return ((lead & 0x07) << 18) | ((text[at + 1] & 0x3F) << 12) | ((text[at + 2] & 0x3F) << 6) | (text[at + 3] & 0x3F);
    }

    /// <summary>The code point that ends at a place after the text's start.</summary>
    public readonly int CodePointBefore(int at)
    {
        do
        {
            at--;
        }
        while ((Text[at] & 0xC0) == 0x80);

        return CodePoint(at, out _);
    }
}
