namespace FeatureExplorer.Analysis.Automata;

/// <summary>How far sampled text follows a system's cycle, with the first state's feature pinned for one token and without (<see cref="GenerationChecks"/>).</summary>
/// <param name="Pinned">Mean share of the cycle's steps that the pinned samples follow, counted from its start to the first step that is not taken.</param>
/// <param name="Unpinned">The same of the others.</param>
/// <param name="PinnedRounds">Share of the pinned samples that follow a whole round.</param>
/// <param name="UnpinnedRounds">The same of the others.</param>
/// <param name="Samples">Number of samples of either kind.</param>
public sealed record GenerationCheck(double Pinned, double Unpinned, double PinnedRounds, double UnpinnedRounds, int Samples);
