using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Components.Charts;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Drawing;

/// <summary>The picture that messengers and social networks show for a link to a feature: its name, its figures, its histogram.</summary>
internal static class PreviewPicture
{
    public const int Width = 1200;
    public const int Height = 630;

    private const int Margin = 60;
    private const int Top = 290;
    private const int Bottom = 560;
    private const string Ink = "#1b2429";
    private const string Quiet = "#56636a";

    /// <param name="dictionary">The dictionary.</param>
    /// <param name="report">One of its features.</param>
    /// <param name="bars">Its histogram, or null for a feature without one.</param>
    /// <param name="context">What colours the histogram, or null.</param>
    public static byte[] Draw(DictionaryInfo dictionary, FeatureReport report, StackedBars? bars, string? context)
    {
        var canvas = new PixelCanvas(Width, Height, "#ffffff");
        canvas.Fill(0, 0, Width, 14, "#08697d");
        canvas.Write($"{dictionary.Id}/{report.Index}", Margin, 60, 11, Ink);
        var line = report.State == FeatureState.Dead
            ? "Never fires on the held-out text"
            : $"Density {Show.Percent(report.Density)}   maximum {Show.Two(report.Max)}";
        canvas.Write(line, Margin, 165, 5, Quiet);
        if (report.BestContext is { } best)
        {
            canvas.Write($"{dictionary.TitleOf(best.Context)}: Pearson {Show.Two(best.Pearson)}", Margin, 220, 5, Quiet);
        }

        if (bars is not null)
        {
            Draw(canvas, bars);
            canvas.Write(context is null ? "Activations" : $"Activations, coloured by {context}", Margin, Bottom + 22, 3, Quiet);
        }

        canvas.Write("FeatureExplorer", Width - Margin - (15 * PixelFont.Advance * 3), Bottom + 22, 3, Quiet);
        return PngWriter.Write(canvas);
    }

    private static void Draw(PixelCanvas canvas, StackedBars bars)
    {
        for (var bar = 0; bar < bars.Bars; bar++)
        {
            var (x, width) = bars.Span(bar);
            for (var layer = 0; layer < bars.Layers; layer++)
            {
                var (from, to) = bars.Heights(bar, layer);
                if (from > to)
                {
                    canvas.Fill(X(x), Y(to), X(x + width), Y(from), Palette.Colour(layer, bars.Layers));
                }
            }

            // Above this line the text is likelier in the context than elsewhere: the colours alone do not tell it.
            if (bars.Layers > 1 && bars.Total(bar) > 0)
            {
                var zero = Y(bars.Heights(bar, Palette.FirstPositive).From);
                canvas.Fill(X(x), zero - 1, X(x + width), zero + 2, Ink);
            }
        }

        canvas.Fill(Margin, Bottom, Width - Margin, Bottom + 3, Quiet);
    }

    private static double X(double x) => Margin + ((x - StackedBars.Left) * (Width - (2 * Margin)) / (StackedBars.Right - StackedBars.Left));

    private static double Y(double y) => Bottom - ((StackedBars.Bottom - y) * (Bottom - Top) / (StackedBars.Bottom - StackedBars.Top));
}
