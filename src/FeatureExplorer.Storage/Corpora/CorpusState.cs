namespace FeatureExplorer.Storage.Corpora;

/// <summary>Whether a corpus can be used.</summary>
public enum CorpusState
{
    /// <summary>Its files are being fetched or read.</summary>
    Preparing,

    Ready,

    /// <summary>It could not be fetched or read; the message says why.</summary>
    Failed,
}
