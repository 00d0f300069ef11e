namespace FeatureExplorer.Analysis.Automata;

/// <summary>Strongly connected components of a directed graph, by Tarjan's algorithm (SIAM Journal on Computing, 1972), with a stack of its own.</summary>
public static class StrongComponents
{
    /// <summary>The number of its component, for every node that an edge touches: two nodes share one exactly when each can be reached from the other.</summary>
    public static IReadOnlyDictionary<int, int> Of(IEnumerable<(int From, int To)> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        var all = edges.ToList();
        var after = all.ToLookup(static edge => edge.From, static edge => edge.To);
        var (order, low, component) = (new Dictionary<int, int>(), new Dictionary<int, int>(), new Dictionary<int, int>());
        var open = new Stack<int>();
        var calls = new Stack<(int Node, IEnumerator<int> Successors)>();
        foreach (var root in all.SelectMany(static edge => new[] { edge.From, edge.To }).Distinct().Order())
        {
            if (!order.ContainsKey(root))
            {
                Enter(root);
            }

            while (calls.TryPeek(out var call))
            {
                if (!call.Successors.MoveNext())
                {
                    Leave(calls.Pop().Node);
                }
                else if (!order.TryGetValue(call.Successors.Current, out var known))
                {
                    Enter(call.Successors.Current);
                }
                else if (!component.ContainsKey(call.Successors.Current))
                {
                    low[call.Node] = Math.Min(low[call.Node], known);
                }
            }
        }

        return component;

        void Enter(int node)
        {
            order[node] = low[node] = order.Count;
            open.Push(node);
            calls.Push((node, after[node].GetEnumerator()));
        }

        void Leave(int node)
        {
            if (calls.TryPeek(out var caller))
            {
                low[caller.Node] = Math.Min(low[caller.Node], low[node]);
            }

            if (low[node] == order[node])
            {
                int member;
                do
                {
                    member = open.Pop();
                    component[member] = node;
                }
                while (member != node);
            }
        }
    }
}
