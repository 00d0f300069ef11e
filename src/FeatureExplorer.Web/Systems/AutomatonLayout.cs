using FeatureExplorer.Analysis.Automata;

namespace FeatureExplorer.Web.Systems;

/// <summary>Where the states and edges of a system lie in its drawing: states in a row, in the order of the cycle; edges ahead above them, edges back below, loops on top.</summary>
public sealed class AutomatonLayout
{
    /// <summary>Width of a state.</summary>
    public const int StateWidth = 170;

    /// <summary>Height of a state.</summary>
    public const int StateHeight = 46;

    private const int Gap = 130;
    private const int LoopHeight = 44;
    private const int BackDepth = 26;
    private const int BelowBack = 20;

    private readonly int _states;
    private readonly int _top;

    public AutomatonLayout(FeatureSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        _states = system.Features.Count;
        _top = LoopHeight + 16;
        Edges = [.. system.Edges.Select(edge => Place(system, edge))];
        Width = (_states * StateWidth) + ((_states - 1) * Gap);
        Height = _top + StateHeight + Edges.Select(static edge => edge.Depth).DefaultIfEmpty(0).Max() + 20;
    }

    /// <summary>The edges as they are drawn.</summary>
    public IReadOnlyList<DrawnEdge> Edges { get; }

    /// <summary>Width of the drawing.</summary>
    public int Width { get; }

    /// <summary>Height of the drawing.</summary>
    public int Height { get; }

    /// <summary>Upper edge of the states.</summary>
    public int Top => _top;

    /// <summary>Left edge of a state.</summary>
    public static int Left(int state) => state * (StateWidth + Gap);

    private DrawnEdge Place(FeatureSystem system, Transition edge)
    {
        var (from, to) = (Number(system, edge.From), Number(system, edge.To));
        if (from == to)
        {
            var x = Left(from) + (StateWidth / 2);
            return new DrawnEdge(
                edge, FormattableString.Invariant($"M{x - 24} {_top}C{x - 24} {_top - LoopHeight} {x + 24} {_top - LoopHeight} {x + 24} {_top - 7}"), Head(x + 24, _top, 0, 1), x, _top - LoopHeight + 2, 0);
        }

        var middle = _top + (StateHeight / 2);
        if (to == from + 1)
        {
            var (start, end) = (Left(from) + StateWidth, Left(to));
            return new DrawnEdge(edge, FormattableString.Invariant($"M{start} {middle}H{end - 7}"), Head(end, middle, 1, 0), (start + end) / 2, middle - 6, 0);
        }

        // Under the states, the deeper the farther; those ahead below those back, so that no two labels lie at one place.
        var depth = (BackDepth * (1 + Math.Abs(to - from))) + (to > from ? BelowBack : 0);
        var bottom = _top + StateHeight;
        // Edges that leave and those that arrive have places of their own.
        var (leaves, arrives) = (Left(from) + (StateWidth / 2) + (to < from ? -20 : 20), Left(to) + (StateWidth / 2) + (to < from ? 20 : -20));
        return new DrawnEdge(
            edge, FormattableString.Invariant($"M{leaves} {bottom}C{leaves} {bottom + depth} {arrives} {bottom + depth} {arrives} {bottom + 7}"), Head(arrives, bottom, 0, -1),
            (leaves + arrives) / 2, bottom + (3 * depth / 4) + 14, depth);
    }

    private static string Head(int x, int y, int dx, int dy) => FormattableString.Invariant(
        $"M{x} {y}L{x - (8 * dx) - (4 * dy)} {y - (8 * dy) - (4 * dx)}L{x - (8 * dx) + (4 * dy)} {y - (8 * dy) + (4 * dx)}Z");

    private static int Number(FeatureSystem system, int feature) => Enumerable.Range(0, system.Features.Count).First(state => system.Features[state] == feature);
}
