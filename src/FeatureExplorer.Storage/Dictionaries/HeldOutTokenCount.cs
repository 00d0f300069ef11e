using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>How many tokens a corpus holds out, for dictionaries whose record does not say.</summary>
internal static class HeldOutTokenCount
{
    /// <summary>Names the tokens that a dictionary's numbers were counted on, whatever an older record says of them.</summary>
    public static DictionaryInfo Named(DictionaryInfo dictionary, DataFolder folder)
    {
        if (dictionary.Source is not null)
        {
            return dictionary;
        }

        var provenance = dictionary.Provenance;
        var heldOut = provenance.HeldOutTokens ?? Find(folder.Corpus(provenance.CorpusHash));
        return dictionary with { Provenance = provenance with { HeldOutTokens = heldOut, Mask = Provenance.MaskOf(provenance.Tokens, heldOut) } };
    }

    /// <summary>The count of a corpus, or null where its folder is missing or does not say.</summary>
    private static long? Find(string corpus)
    {
        try
        {
            return TokenizedCorpus.Describe(corpus).HeldOut.Tokens;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // The page then names the tokens that were counted, but not how many there are: a corpus may be gone after its dictionaries are made.
            return null;
        }
    }
}
