using System.Text;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>The geometry of a histogram whose bars are stacked by bin of log-likelihood ratio; one path per layer keeps pages small.</summary>
public sealed class StackedBars
{
    public const int Width = 420;
    public const int Height = 220;
    public const int Left = 44;
    public const int Right = 414;
    public const int Top = 12;
    public const int Bottom = 184;

    private const double Gap = 1;

    private readonly IReadOnlyList<double[]> _values;
    private readonly double[] _totals;

    /// <param name="edges">One more than there are bars.</param>
    /// <param name="values">[bar][layer], none negative.</param>
    /// <param name="logarithmicX">Whether the edges have equal ratios.</param>
    /// <param name="logarithmicY">Whether a bar's height is the logarithm of its total; its layers then share it in proportion.</param>
    public StackedBars(IReadOnlyList<float> edges, IReadOnlyList<double[]> values, bool logarithmicX, bool logarithmicY)
    {
        Edges = edges;
        _values = values;
        _totals = [.. values.Select(v => v.Sum())];
        Layers = values.Count > 0 ? values[0].Length : 0;
        X = new Axis(edges[0], edges[^1], logarithmicX);
        var tallest = Math.Max(_totals.Max(), double.Epsilon);
        var smallest = _totals.Where(t => t > 0).DefaultIfEmpty(1).Min();
        // Half of the smallest bar is the ground line, so that it does not vanish.
        Y = logarithmicY ? new Axis(smallest / 2, tallest, true) : new Axis(0, tallest, false);
    }

    public IReadOnlyList<float> Edges { get; }

    public int Bars => _values.Count;

    public int Layers { get; }

    public Axis X { get; }

    public Axis Y { get; }

    public double Total(int bar) => _totals[bar];

    /// <summary>Horizontal coordinate of a value.</summary>
    public double XAt(double value) => Left + ((Right - Left) * X.At(value));

    /// <summary>Vertical coordinate of a height.</summary>
    public double YAt(double value) => Bottom - ((Bottom - Top) * Y.At(value));

    /// <summary>All bars' pieces of one layer.</summary>
    public string Layer(int layer)
    {
        var path = new StringBuilder();
        for (var bar = 0; bar < Bars; bar++)
        {
            var (from, to) = (Y2(bar, layer), Y2(bar, layer + 1));
            if (_values[bar][layer] > 0)
            {
                var (x, width) = Span(bar);
                path.Append('M').Coordinate(x).Append(' ').Coordinate(from)
                    .Append('H').Coordinate(x + width).Append('V').Coordinate(to)
                    .Append('H').Coordinate(x).Append('z');
            }
        }

        return path.ToString();
    }

    /// <summary>A line over the lower layers: what lies above it belongs to <paramref name="layer"/> and higher.</summary>
    public string Boundary(int layer)
    {
        var path = new StringBuilder();
        for (var bar = 0; bar < Bars; bar++)
        {
            if (_totals[bar] > 0)
            {
                var (x, width) = Span(bar);
                path.Append('M').Coordinate(x).Append(' ').Coordinate(Y2(bar, layer)).Append('H').Coordinate(x + width);
            }
        }

        return path.ToString();
    }

    /// <summary>Vertical coordinates of a bar's piece of one layer: where it begins and where, above, it ends.</summary>
    public (double From, double To) Heights(int bar, int layer) => (Y2(bar, layer), Y2(bar, layer + 1));

    /// <summary>Left end and width of a bar.</summary>
    public (double X, double Width) Span(int bar)
    {
        var (left, right) = (XAt(Edges[bar]), XAt(Edges[bar + 1]));
        return (left + (Gap / 2), Math.Max(0.5, right - left - Gap));
    }

    // The top of the first `layers` layers: the bar's height, shared in proportion.
    private double Y2(int bar, int layers)
    {
        if (_totals[bar] <= 0)
        {
            return Bottom;
        }

        var below = _values[bar].AsSpan(0, layers);
        var sum = 0.0;
        foreach (var value in below)
        {
            sum += value;
        }

        return Bottom - ((Bottom - YAt(_totals[bar])) * sum / _totals[bar]);
    }
}
