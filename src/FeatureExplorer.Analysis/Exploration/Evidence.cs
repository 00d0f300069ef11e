using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Text.Corpora;

namespace FeatureExplorer.Analysis.Exploration;

/// <summary>What every question about a dictionary's features is answered from; held open while the question is answered, and no longer.</summary>
/// <param name="Index">Every activation.</param>
/// <param name="Contexts">The contexts that came with the corpus.</param>
/// <param name="Corpus">The tokens.</param>
/// <param name="Counts">What the indexed tokens are made of.</param>
public sealed record Evidence(ActivationIndex Index, ContextSet Contexts, TokenizedCorpus Corpus, CorpusCounts Counts);
