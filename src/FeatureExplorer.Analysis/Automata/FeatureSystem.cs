namespace FeatureExplorer.Analysis.Automata;

/// <summary>Features that hand over to each other in a cycle: a finite-state automaton, with the features as states.</summary>
/// <param name="Features">The states in the order of the cycle; the last one leads back to the first.</param>
/// <param name="Edges">Every transition between two of them that reaches the thresholds: those of the cycle first, in its order.</param>
/// <param name="Score">Geometric mean over the cycle of weight · ln lift.</param>
/// <param name="Examples">Where the held-out text follows it longest.</param>
public sealed record FeatureSystem(IReadOnlyList<int> Features, IReadOnlyList<Transition> Edges, double Score, IReadOnlyList<SystemExample> Examples)
{
    /// <summary>Whether generated text follows the cycle; null where it was not tried.</summary>
    public GenerationCheck? Check { get; init; }
}
