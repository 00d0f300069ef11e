using FeatureExplorer.Analysis.Index;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>Refuses contexts and activations that were computed over different tokens.</summary>
internal static class ContextMatch
{
    public static void Check(ActivationIndex index, ContextSet contexts)
    {
        if (index.Tokens != contexts.Tokens || index.Header.Corpus != contexts.Corpus)
        {
            throw new ArgumentException(
                $"The index covers {index.Tokens} tokens of corpus {index.Header.Corpus}, the contexts {contexts.Tokens} of {contexts.Corpus}: "
                + "build the contexts again for the index's corpus and number of tokens.",
                nameof(contexts));
        }
    }
}
