using System.Runtime.InteropServices;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>How one unit (a feature or a neuron) relates to another one, over all tokens that both indices cover. Stored as these 36 bytes.</summary>
/// <param name="Unit">Index of the other unit.</param>
/// <param name="Pearson">Correlation of the two activations.</param>
/// <param name="Cosine">Σfg / √(Σf² Σg²).</param>
/// <param name="Jaccard">Tokens on which both fire / tokens on which either fires.</param>
/// <param name="Lift">How much oftener both fire together than they would if they were independent.</param>
/// <param name="GivenOther">Share of the other unit's tokens on which this one fires: P(this | other).</param>
/// <param name="GivenThis">Share of this unit's tokens on which the other one fires: P(other | this).</param>
/// <param name="Direction">Cosine of the two decoder vectors; not a number for units of different models or sites.</param>
/// <param name="Logits">Correlation of the logit weights over the vocabulary; not a number where the vocabularies differ.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct UnitMatch(
    int Unit, float Pearson, float Cosine, float Jaccard, float Lift, float GivenOther, float GivenThis, float Direction, float Logits)
{
    /// <summary>The same pair seen from the other side.</summary>
    /// <param name="unit">The unit that this match belonged to.</param>
    public UnitMatch Turned(int unit) => this with { Unit = unit, GivenOther = GivenThis, GivenThis = GivenOther };
}
