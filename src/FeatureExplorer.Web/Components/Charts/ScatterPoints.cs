using System.Text;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Components.Charts;

/// <summary>
/// The geometry of a scatter plot with a histogram along either side. Points are gathered by layer into one path each; those of layers from
/// <see cref="FirstInside"/> on are crosses, the others dots, so that the two can be told apart without their colours.
/// </summary>
public sealed class ScatterPoints
{
    public const int Size = 460;
    public const int Left = 46;
    public const int Right = 372;
    public const int Top = 88;
    public const int Bottom = 414;

    private readonly StringBuilder[] _paths;
    private readonly HashSet<(int, int, int)> _drawn = [];

    /// <param name="x">Axis from left to right.</param>
    /// <param name="y">Axis from bottom to top.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="firstInside">The first layer whose points are crosses.</param>
    public ScatterPoints(Axis x, Axis y, int layers, int firstInside)
    {
        (X, Y, FirstInside) = (x, y, firstInside);
        _paths = [.. Enumerable.Range(0, layers).Select(_ => new StringBuilder())];
    }

    public Axis X { get; }

    public Axis Y { get; }

    public int FirstInside { get; }

    public int Layers => _paths.Length;

    /// <summary>Adds a point; those that would fall on a point of the same layer leave it as it is.</summary>
    public void Add(double x, double y, int layer)
    {
        var at = ((int)Math.Round(XAt(x)), (int)Math.Round(YAt(y)), layer);
        if (_drawn.Add(at))
        {
            _paths[layer].Append('M').Append(at.Item1 - (layer < FirstInside ? 0 : 2)).Append(' ').Append(at.Item2)
                .Append(layer < FirstInside ? "h0" : "h4m-2 -2v4");
        }
    }

    /// <summary>The points of a layer.</summary>
    public string Layer(int layer) => _paths[layer].ToString();

    public double XAt(double value) => Left + ((Right - Left) * X.At(value));

    public double YAt(double value) => Bottom - ((Bottom - Top) * Y.At(value));

    /// <summary>The bars of one layer of a histogram above the plot or, turned, to its right; stacked, lengths logarithmic by the whole bar.</summary>
    /// <param name="edges">One more than there are bars.</param>
    /// <param name="values">[bar][layer].</param>
    /// <param name="layer">The layer.</param>
    /// <param name="turned">To the right of the plot, along its y axis.</param>
    public string Bars(IReadOnlyList<float> edges, IReadOnlyList<double[]> values, int layer, bool turned)
    {
        var longest = Math.Log(1 + values.Select(v => v.Sum()).DefaultIfEmpty(0).Max());
        var path = new StringBuilder();
        for (var bar = 0; bar < values.Count; bar++)
        {
            var total = values[bar].Sum();
            if (values[bar][layer] <= 0)
            {
                continue;
            }

            var length = 64 * Math.Log(1 + total) / longest;
            var (from, to) = (length * values[bar][..layer].Sum() / total, length * values[bar][..(layer + 1)].Sum() / total);
            var (start, end) = turned ? (YAt(edges[bar + 1]), YAt(edges[bar])) : (XAt(edges[bar]), XAt(edges[bar + 1]));
            var (x, y, width, height) = turned
                ? (Right + 8 + from, start + 0.5, to - from, Math.Max(0.5, end - start - 1))
                : (start + 0.5, Top - 8 - to, Math.Max(0.5, end - start - 1), to - from);
            path.Append('M').Coordinate(x).Append(' ').Coordinate(y).Append('h').Coordinate(width)
                .Append('v').Coordinate(height).Append('h').Coordinate(-width).Append('z');
        }

        return path.ToString();
    }
}
