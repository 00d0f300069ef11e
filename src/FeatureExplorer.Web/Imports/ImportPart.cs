namespace FeatureExplorer.Web.Imports;

/// <summary>What files are to be.</summary>
public enum ImportPart
{
    Model,
    Dictionary,
    Tokenizer,
}
