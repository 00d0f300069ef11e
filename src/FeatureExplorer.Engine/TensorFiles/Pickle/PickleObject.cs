namespace FeatureExplorer.Engine.TensorFiles.Pickle;

/// <summary>An instance of one of the few classes whose fields are read and nothing else.</summary>
internal sealed class PickleObject
{
    /// <summary>Its fields.</summary>
    public PickleDictionary Fields { get; set; } = new();
}
