using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Splitting;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Storage.Analyses;

/// <summary>Follows the stored edges of feature splitting from a feature to smaller and larger dictionaries.</summary>
public sealed class SplittingReader(FeatureStore store, SplittingStore splitting)
{
    private const int MostMerging = 12;

    /// <summary>The graph around a feature.</summary>
    /// <param name="dictionary">The feature's dictionary.</param>
    /// <param name="index">Its index.</param>
    /// <param name="threshold">Edges are at least as similar; from <see cref="MaskedCosines.Least"/> on.</param>
    public SplittingGraph Of(DictionaryInfo dictionary, int index, float threshold)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        var walk = new Walk(splitting, store.Dictionaries().ToDictionary(static d => d.Stamp), threshold);
        var chosen = walk.Add(dictionary, index, SplittingRole.Chosen)!;
        walk.Follow(chosen, SplittingRole.Ancestor);
        walk.Follow(chosen, SplittingRole.Descendant);
        walk.AddMerging();
        return walk.Graph();
    }

    private sealed class Walk(SplittingStore splitting, Dictionary<long, DictionaryInfo> dictionaries, float threshold)
    {
        private readonly Dictionary<(long Dictionary, int Index), SplittingNode> _nodes = [];
        private readonly HashSet<(long, int)> _left = [];
        private readonly Dictionary<long, IReadOnlyList<DictionaryInfo>> _compared = [];

        public SplittingNode? Add(DictionaryInfo dictionary, int index, SplittingRole role)
        {
            if (_nodes.ContainsKey((dictionary.Stamp, index)))
            {
                return null;
            }

            if (_nodes.Keys.Count(key => key.Dictionary == dictionary.Stamp) >= SplittingGraph.Most)
            {
                _left.Add((dictionary.Stamp, index));
                return null;
            }

            return _nodes[(dictionary.Stamp, index)] = new SplittingNode(dictionary, index, role);
        }

        /// <summary>Adds what a node leads to, dictionary by dictionary, towards larger ones or, for ancestors, smaller ones.</summary>
        public void Follow(SplittingNode start, SplittingRole role)
        {
            var down = role == SplittingRole.Descendant;
            var (frontier, next) = (new List<SplittingNode> { start }, new List<SplittingNode>());
            for (; frontier.Count > 0; (frontier, next) = (next, []))
            {
                foreach (var group in frontier.GroupBy(static node => node.Dictionary.Stamp))
                {
                    foreach (var other in Compared(dictionaries[group.Key]).Where(other => Larger(other, dictionaries[group.Key]) == down))
                    {
                        var edges = Edges(dictionaries[group.Key], other, [.. group.Select(static node => node.Index)]);
                        next.AddRange(edges.Select(edge => Add(other, down ? edge.To : edge.From, role)).OfType<SplittingNode>());
                    }
                }
            }
        }

        /// <summary>Adds the other features that descendants come from.</summary>
        public void AddMerging()
        {
            var descendants = _nodes.Values.Where(static node => node.Role == SplittingRole.Descendant).GroupBy(static node => node.Dictionary.Stamp).ToList();
            foreach (var group in descendants)
            {
                foreach (var smaller in Compared(dictionaries[group.Key]).Where(other => !Larger(other, dictionaries[group.Key])))
                {
                    var edges = Edges(dictionaries[group.Key], smaller, [.. group.Select(static node => node.Index)]);
                    var others = edges.Select(static edge => edge.From).Where(from => !_nodes.ContainsKey((smaller.Stamp, from))).Distinct().ToList();
                    foreach (var (number, from) in others.Index())
                    {
                        if (number >= MostMerging)
                        {
                            _left.Add((smaller.Stamp, from));
                        }
                        else
                        {
                            Add(smaller, from, SplittingRole.Merging);
                        }
                    }
                }
            }
        }

        public SplittingGraph Graph()
        {
            var nodes = _nodes.Values.OrderBy(static n => n.Dictionary.Features).ThenBy(static n => n.Dictionary.Name, NaturalOrder.Names).ThenBy(static n => n.Index).ToList();
            var links = new List<SplittingLink>();
            foreach (var group in nodes.GroupBy(static node => node.Dictionary.Stamp))
            {
                foreach (var larger in Compared(dictionaries[group.Key]).Where(other => Larger(other, dictionaries[group.Key])))
                {
                    links.AddRange(Edges(dictionaries[group.Key], larger, [.. group.Select(static node => node.Index)])
                        .Where(edge => _nodes.ContainsKey((larger.Stamp, edge.To)))
                        .Select(edge => new SplittingLink(_nodes[(group.Key, edge.From)], _nodes[(larger.Stamp, edge.To)], edge.Similarity)));
                }
            }

            _left.ExceptWith(_nodes.Keys);
            return new SplittingGraph(
                nodes, [.. links.OrderByDescending(static link => link.Similarity)], _left.Count, _compared.Values.Any(static others => others.Count > 0));
        }

        private static bool Larger(DictionaryInfo one, DictionaryInfo other) => one.Features > other.Features;

        private IReadOnlyList<DictionaryInfo> Compared(DictionaryInfo dictionary) =>
            _compared.TryGetValue(dictionary.Stamp, out var known) ? known
                : _compared[dictionary.Stamp] = [.. splitting.Compared(dictionary).Where(dictionaries.ContainsKey).Select(stamp => dictionaries[stamp])];

        private List<SplittingEdge> Edges(DictionaryInfo dictionary, DictionaryInfo other, IReadOnlyCollection<int> features) =>
            [.. splitting.Edges(dictionary, other, features).Where(edge => edge.Similarity >= threshold).OrderByDescending(static edge => edge.Similarity)];
    }
}
