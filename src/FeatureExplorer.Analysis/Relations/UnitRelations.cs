namespace FeatureExplorer.Analysis.Relations;

/// <summary>The units of one dictionary that are nearest to a unit, by three measures; at most ten each, best first, ties by index.</summary>
/// <param name="Unit">The unit that they belong to.</param>
/// <param name="ByActivation">By correlation of activations; units that never fire together with it, or hardly ever fire, are left out.</param>
/// <param name="ByDirection">By cosine of the decoder vectors; by its absolute value where one side are neurons. Empty between models.</param>
/// <param name="ByLogits">By correlation of logit weights. Empty where the vocabularies differ.</param>
/// <param name="TotalDirection">Σ |cosine of the decoder vectors| over all units of the other dictionary.</param>
public sealed record UnitRelations(
    int Unit, IReadOnlyList<UnitMatch> ByActivation, IReadOnlyList<UnitMatch> ByDirection, IReadOnlyList<UnitMatch> ByLogits, double TotalDirection)
{
    /// <summary>Most matches of a list.</summary>
    public const int Most = 10;

    /// <summary>The counterpart: the best match by activation, or null when none fires together with it.</summary>
    public UnitMatch? Best => ByActivation.Count > 0 ? ByActivation[0] : null;
}
