namespace FeatureExplorer.Web.Drawing;

/// <summary>A picture of at most 256 colours.</summary>
internal sealed class PixelCanvas
{
    private readonly byte[] _pixels;
    private readonly List<uint> _colours = [];

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="background">As "#ffffff".</param>
    public PixelCanvas(int width, int height, string background)
    {
        (Width, Height) = (width, height);
        _pixels = new byte[width * height];
        Colour(background);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The colours as 0xRRGGBB.</summary>
    public IReadOnlyList<uint> Colours => _colours;

    /// <summary>The numbers of a row's colours.</summary>
    public ReadOnlySpan<byte> Row(int y) => _pixels.AsSpan(y * Width, Width);

    /// <summary>Fills a rectangle; what lies outside the picture is cut off.</summary>
    public void Fill(double left, double top, double right, double bottom, string colour)
    {
        var number = Colour(colour);
        var (from, to) = (Math.Clamp((int)Math.Round(left), 0, Width), Math.Clamp((int)Math.Round(right), 0, Width));
        for (var y = Math.Clamp((int)Math.Round(top), 0, Height); y < Math.Clamp((int)Math.Round(bottom), 0, Height); y++)
        {
            _pixels.AsSpan((y * Width) + from, Math.Max(0, to - from)).Fill(number);
        }
    }

    /// <summary>Writes a line of text; what does not fit into the width is left out.</summary>
    /// <param name="text">Any text: see <see cref="PixelFont"/>.</param>
    /// <param name="left">Left end.</param>
    /// <param name="top">Top of the capitals.</param>
    /// <param name="size">Side of the font's pixel.</param>
    /// <param name="colour">As "#1b2429".</param>
    public void Write(string text, int left, int top, int size, string colour)
    {
        foreach (var character in text)
        {
            for (var y = 0; y < PixelFont.Height; y++)
            {
                for (var x = 0; x < PixelFont.Width; x++)
                {
                    if (PixelFont.IsDark(character, x, y))
                    {
                        Fill(left + (x * size), top + (y * size), left + ((x + 1) * size), top + ((y + 1) * size), colour);
                    }
                }
            }

            left += PixelFont.Advance * size;
        }
    }

    private byte Colour(string colour)
    {
        var value = Convert.ToUInt32(colour[1..], 16);
        var number = _colours.IndexOf(value);
        if (number < 0)
        {
            number = _colours.Count;
            _colours.Add(value);
        }

        return checked((byte)number);
    }
}
