namespace FeatureExplorer.Storage.Entities;

internal enum DictionaryStatus
{
    Importing,
    Ready,
}
