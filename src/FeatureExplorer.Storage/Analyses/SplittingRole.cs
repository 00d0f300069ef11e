namespace FeatureExplorer.Storage.Analyses;

/// <summary>Why a feature is part of a <see cref="SplittingGraph"/>.</summary>
public enum SplittingRole
{
    /// <summary>The graph is about it.</summary>
    Chosen,

    /// <summary>In a smaller dictionary, with edges that lead to the chosen feature.</summary>
    Ancestor,

    /// <summary>In a larger dictionary, with edges that lead there from the chosen feature.</summary>
    Descendant,

    /// <summary>Another feature that a descendant comes from: the two merge in it.</summary>
    Merging,
}
