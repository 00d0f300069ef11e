using FeatureExplorer.Analysis.Contexts.Expressions;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>Contexts that readers write, over the evidence for a dictionary: keeps those that were asked for last, and the rankings made from them. Safe for concurrent readers.</summary>
/// <param name="saved">The text of a saved context by its name, or null where there is none.</param>
public sealed class ContextAnswers(Func<string, string?> saved)
{
    private const long ContextBytes = 32L << 20;
    private const int RanksKept = 200_000;

    private readonly Lock _gate = new();
    private readonly ContextCache _contexts = new(ContextBytes);
    private readonly LinkedList<(string Key, IReadOnlyList<ContextRank> Ranks)> _rankings = [];
    private readonly SharedWork<IReadOnlyList<ContextRank>> _ranking = new();

    /// <summary>The held-out tokens inside a context that a reader has written.</summary>
    /// <exception cref="ContextExpressionException">The text is no context, or asks for what the corpus does not have.</exception>
    public TokenSet Evaluate(Evidence evidence, string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return Evaluate(evidence, Expand(evidence, text), cancellation);
    }

    /// <summary>Every feature that fires in a context; kept for the next page or order of the same.</summary>
    /// <param name="dictionary">Names the dictionary and its version.</param>
    /// <param name="evidence">The evidence for it.</param>
    /// <param name="text">The context as it is written.</param>
    /// <param name="cancellation">Stops the counting.</param>
    /// <exception cref="ContextExpressionException">The text is no context, or asks for what the corpus does not have.</exception>
    public IReadOnlyList<ContextRank> Rank(string dictionary, Evidence evidence, string text, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var expression = Expand(evidence, text);
        var key = $"{dictionary} {expression}";
        return Ranking(key) ?? _ranking.Get(
            key, unwanted => Ranking(key) ?? Keep(key, ContextRanking.Of(evidence.Index, Evaluate(evidence, expression, unwanted), unwanted)), cancellation);
    }

    private ContextExpression Expand(Evidence evidence, string text) =>
        ContextExpression.Parse(text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text : LineEnds.Replace(text, LineEnds.Of(evidence.Corpus)))
            .Expand(name => evidence.Contexts.IndexOf(name) >= 0, saved);

    private TokenSet Evaluate(Evidence evidence, ContextExpression expression, CancellationToken cancellation) => _contexts.Get(
        $"{evidence.Contexts.Corpus} {evidence.Contexts.Tokens} {expression}",
        unwanted => new ContextEvaluator(evidence.Corpus.Tokenizer, evidence.Corpus.HeldOut, evidence.Contexts).Evaluate(expression, unwanted),
        cancellation);

    private IReadOnlyList<ContextRank>? Ranking(string key)
    {
        lock (_gate)
        {
            for (var node = _rankings.First; node is not null; node = node.Next)
            {
                if (node.Value.Key == key)
                {
                    _rankings.Remove(node);
                    _rankings.AddFirst(node);
                    return node.Value.Ranks;
                }
            }
        }

        return null;
    }

    private IReadOnlyList<ContextRank> Keep(string key, IReadOnlyList<ContextRank> ranks)
    {
        lock (_gate)
        {
            _rankings.AddFirst((key, ranks));
            while (_rankings.Count > 1 && _rankings.Sum(static r => r.Ranks.Count) > RanksKept)
            {
                _rankings.RemoveLast();
            }
        }

        return ranks;
    }
}
