namespace FeatureExplorer.Web.Systems;

/// <summary>
/// Where the nodes of a graph of feature splitting lie in its drawing: a column for each dictionary, from small to large; within a column by the mean place of
/// the nodes that lead there, so that few edges cross.
/// </summary>
public sealed class SplittingLayout
{
    /// <summary>Width of a node.</summary>
    public const int NodeWidth = 250;

    /// <summary>Height of a node.</summary>
    public const int NodeHeight = 58;

    private const int Across = NodeWidth + 130;
    private const int Down = NodeHeight + 12;
    private const int Top = 30;

    private readonly Dictionary<string, (int X, int Y)> _places = [];

    public SplittingLayout(SplittingView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var columns = view.Nodes.GroupBy(static node => node.Node.Dictionary.Id).ToList();
        var tallest = columns.Max(static column => column.Count());
        foreach (var (number, column) in columns.Index())
        {
            var ordered = column.OrderBy(node => Mean(view, node)).ThenBy(static node => node.Node.Index).ToList();
            var top = Top + ((tallest - ordered.Count) * Down / 2);
            foreach (var (row, node) in ordered.Index())
            {
                _places[node.Node.Id] = (number * Across, top + (row * Down));
            }
        }

        Columns = [.. columns.Select(static (column, number) => (column.Key, number * Across))];
        (Width, Height) = (((columns.Count - 1) * Across) + NodeWidth, Top + (tallest * Down));
    }

    /// <summary>The dictionaries and where their columns begin.</summary>
    public IReadOnlyList<(string Dictionary, int X)> Columns { get; }

    /// <summary>Width of the drawing.</summary>
    public int Width { get; }

    /// <summary>Height of the drawing.</summary>
    public int Height { get; }

    /// <summary>Upper left corner of a node.</summary>
    public (int X, int Y) Of(string node) => _places[node];

    private double Mean(SplittingView view, SplittingNodeView node)
    {
        var from = view.Graph.Links.Where(link => link.To.Id == node.Node.Id && _places.ContainsKey(link.From.Id)).ToList();
        var weight = from.Sum(static link => link.Similarity);
        return weight > 0 ? from.Sum(link => link.Similarity * _places[link.From.Id].Y) / weight : double.MaxValue;
    }
}
