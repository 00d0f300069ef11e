namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>How far the building of a tokenised corpus is.</summary>
/// <param name="Stage">"reading", "learning tokens", "encoding" or "writing".</param>
/// <param name="Done">In the stage's unit: bytes, ids or tokens.</param>
/// <param name="Total">0 when not known.</param>
public sealed record CorpusProgress(string Stage, long Done, long Total)
{
    public const string Reading = "reading";
    public const string Learning = "learning tokens";
    public const string Encoding = "encoding";
    public const string Writing = "writing";
}
