namespace FeatureExplorer.Analysis.Relations;

/// <summary>The best ten matches of each of many units, kept while pairs pass by; among equal scores the one that came first.</summary>
internal sealed class BestMatches
{
    private readonly UnitMatch[] _matches;
    private readonly float[] _scores;
    private readonly int[] _counts;

    public BestMatches(int units)
    {
        _matches = new UnitMatch[units * UnitRelations.Most];
        _scores = new float[units * UnitRelations.Most];
        _counts = new int[units];
    }

    /// <summary>Whether a match of this score would be kept.</summary>
    public bool Wants(int unit, float score) =>
        _counts[unit] < UnitRelations.Most ? !float.IsNaN(score) : score > _scores[(unit * UnitRelations.Most) + UnitRelations.Most - 1];

    /// <summary>Keeps a match that is wanted.</summary>
    public void Add(int unit, float score, in UnitMatch match)
    {
        var first = unit * UnitRelations.Most;
        var rank = Math.Min(_counts[unit], UnitRelations.Most - 1);
        for (; rank > 0 && _scores[first + rank - 1] < score; rank--)
        {
            _scores[first + rank] = _scores[first + rank - 1];
            _matches[first + rank] = _matches[first + rank - 1];
        }

        _scores[first + rank] = score;
        _matches[first + rank] = match;
        _counts[unit] = Math.Min(_counts[unit] + 1, UnitRelations.Most);
    }

    /// <summary>A unit's matches, best first.</summary>
    public IReadOnlyList<UnitMatch> Of(int unit) =>
        _matches.AsSpan(unit * UnitRelations.Most, _counts[unit]).ToArray();
}
