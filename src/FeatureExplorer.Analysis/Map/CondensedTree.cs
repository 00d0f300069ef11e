namespace FeatureExplorer.Analysis.Map;

/// <summary>
/// The condensed tree of HDBSCAN: of the single-linkage hierarchy only the splits whose two sides both have enough points; smaller sides fall out of their cluster, point by point.
/// A cluster's stability is Σ (λ at which a point or a sub-cluster leaves − λ at which the cluster begins) over its points, λ = 1 / distance; chosen are the clusters that
/// are more stable than the best choice within them (excess of mass), never the root.
/// </summary>
internal sealed class CondensedTree
{
    // Points at one place: λ stays finite, so that stabilities can be compared.
    private const double LeastDistance = 1e-9;

    private readonly int _points;
    private readonly List<int> _parents = [-1];
    private readonly List<double> _births = [0];
    private readonly List<double> _stabilities = [0];
    private readonly int[] _leaves;

    private CondensedTree(int points)
    {
        _points = points;
        _leaves = new int[points];
    }

    /// <summary>The condensed tree of a minimum spanning tree.</summary>
    /// <param name="edges">Shortest first.</param>
    /// <param name="points">Number of points, at least 2.</param>
    /// <param name="smallest">Points of the smallest cluster.</param>
    public static CondensedTree Of(IReadOnlyList<(int From, int To, float Distance)> edges, int points, int smallest)
    {
        var tree = new CondensedTree(points);
        var (left, right, size) = Link(edges, points);
        // Nodes of the hierarchy and the cluster they lie in.
        var stack = new Stack<(int Node, int Cluster)>();
        stack.Push(((2 * points) - 2, 0));
        while (stack.Count > 0)
        {
            var (node, cluster) = stack.Pop();
            var lambda = 1 / Math.Max(edges[node - points].Distance, LeastDistance);
            var (one, other) = (left[node - points], right[node - points]);
            var splits = size[one] >= smallest && size[other] >= smallest;
            foreach (var child in (ReadOnlySpan<int>)[one, other])
            {
                if (splits)
                {
                    tree._stabilities[cluster] += size[child] * (lambda - tree._births[cluster]);
                    stack.Push((child, tree.Add(cluster, lambda)));
                }
                else if (size[child] >= smallest)
                {
                    stack.Push((child, cluster));
                }
                else
                {
                    tree._stabilities[cluster] += size[child] * (lambda - tree._births[cluster]);
                    tree.Drop(child, cluster, left, right);
                }
            }
        }

        return tree;
    }

    /// <summary>The chosen cluster of each point, numbered from 0, or <see cref="Hdbscan.None"/>.</summary>
    public int[] Clusters()
    {
        var (within, chosen) = (new double[_parents.Count], new bool[_parents.Count]);
        // Sub-clusters come after the clusters that they lie in.
        for (var cluster = _parents.Count - 1; cluster > 0; cluster--)
        {
            chosen[cluster] = _stabilities[cluster] >= within[cluster];
            within[_parents[cluster]] += Math.Max(_stabilities[cluster], within[cluster]);
        }

        var (numbers, next) = (new int[_parents.Count], 0);
        numbers[0] = Hdbscan.None;
        for (var cluster = 1; cluster < _parents.Count; cluster++)
        {
            var above = numbers[_parents[cluster]];
            numbers[cluster] = above != Hdbscan.None ? above : chosen[cluster] ? next++ : Hdbscan.None;
        }

        return Array.ConvertAll(_leaves, leaf => numbers[leaf]);
    }

    private int Add(int parent, double birth)
    {
        _parents.Add(parent);
        _births.Add(birth);
        _stabilities.Add(0);
        return _parents.Count - 1;
    }

    /// <summary>All points below a node fall out of a cluster.</summary>
    private void Drop(int node, int cluster, int[] left, int[] right)
    {
        var stack = new Stack<int>([node]);
        while (stack.Count > 0)
        {
            var next = stack.Pop();
            if (next < _points)
            {
                _leaves[next] = cluster;
            }
            else
            {
                stack.Push(left[next - _points]);
                stack.Push(right[next - _points]);
            }
        }
    }

    /// <summary>The single-linkage hierarchy: node points + e joins the two nodes that edge e connects.</summary>
    private static (int[] Left, int[] Right, int[] Size) Link(IReadOnlyList<(int From, int To, float Distance)> edges, int points)
    {
        var (left, right, size, parent) = (new int[edges.Count], new int[edges.Count], new int[points + edges.Count], new int[points + edges.Count]);
        Array.Fill(size, 1, 0, points);
        for (var i = 0; i < parent.Length; i++)
        {
            parent[i] = i;
        }

        for (var e = 0; e < edges.Count; e++)
        {
            var (one, other) = (Find(parent, edges[e].From), Find(parent, edges[e].To));
            (left[e], right[e], size[points + e]) = (one, other, size[one] + size[other]);
            parent[one] = parent[other] = points + e;
        }

        return (left, right, size);
    }

    private static int Find(int[] parent, int node)
    {
        while (parent[node] != node)
        {
            node = parent[node] = parent[parent[node]];
        }

        return node;
    }
}
