namespace FeatureExplorer.Analysis.Verdicts;

/// <summary>What the figures say of a claim about a feature.</summary>
public enum Verdict
{
    /// <summary>The figures reach what the rule asks for.</summary>
    Holds,

    /// <summary>They reach less than that, but more than nothing.</summary>
    Weak,

    /// <summary>They contradict the claim, or there is nothing to support it.</summary>
    Fails,

    /// <summary>There are no figures.</summary>
    NotMeasured,
}
