using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Features;

/// <summary>Two units beside each other, and the context that colours them.</summary>
/// <param name="Left">Dictionary of the left unit.</param>
/// <param name="LeftId">The left unit, such as "A/1/12".</param>
/// <param name="Right">Dictionary of the right unit.</param>
/// <param name="RightId">The right unit.</param>
/// <param name="Context">One of the left dictionary's contexts.</param>
/// <param name="Result">What the comparison found.</param>
public sealed record UnitPair(DictionaryInfo Left, string LeftId, DictionaryInfo Right, string RightId, ContextInfo Context, UnitComparer.Result Result);
