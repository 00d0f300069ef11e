namespace FeatureExplorer.Storage.Corpora;

/// <summary>How a corpus came here.</summary>
public enum CorpusOrigin
{
    Upload,
    Folder,
    Address,
}
