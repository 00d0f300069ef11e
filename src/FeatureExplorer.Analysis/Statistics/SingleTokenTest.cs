namespace FeatureExplorer.Analysis.Statistics;

/// <summary>
/// The paper's single-token test: the centre token of every top example is the same. The examples are those of <see cref="FeatureReport.Top"/>, none of
/// which overlaps or repeats another.
/// </summary>
/// <param name="OfTop">How many of the top examples have the token that most of them have.</param>
/// <param name="Top">Number of top examples: 20, or all where there are fewer.</param>
public readonly record struct SingleTokenTest(int OfTop, int Top)
{
    /// <summary>Whether the feature passes.</summary>
    public bool IsSingle => Top > 0 && OfTop == Top;

    /// <summary>Counts the tokens of the top examples.</summary>
    public static SingleTokenTest Of(IReadOnlyList<Example> top)
    {
        ArgumentNullException.ThrowIfNull(top);
        return new SingleTokenTest(top.GroupBy(static example => example.Tokens[example.Centre]).Select(static group => group.Count()).DefaultIfEmpty(0).Max(), top.Count);
    }
}
