using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>Finds what a dictionary is compared with to tell what its features owe to the trained model: a dictionary like it on the model with shuffled weights.</summary>
public sealed class ModelControls(FeatureStore store, ContentVersion content)
{
    // Every feature's page asks, and models change rarely: the controls, by model, as of a version of the content.
    private Answer? _known;

    /// <summary>The dictionary of a control of the model: of the same name, else of the same recipe and size; null where there is none.</summary>
    public DictionaryInfo? Of(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        var controls = Known()[dictionary.Model].ToHashSet(StringComparer.Ordinal);
        if (controls.Count == 0)
        {
            return null;
        }

        var theirs = (dictionary.AreNeurons ? store.Neurons() : store.Dictionaries()).Where(d => d.Forming is null && controls.Contains(d.Model)).ToList();
        return theirs.FirstOrDefault(d => d.Name == dictionary.Name)
            ?? theirs.FirstOrDefault(d => d.Variant == dictionary.Variant && d.Features == dictionary.Features);
    }

    /// <summary>Name of the model whose weights a dictionary's model has shuffled; null for a model of its own.</summary>
    public string? Original(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return store.FindModel(dictionary.Model)?.ControlOf;
    }

    private ILookup<string, string> Known()
    {
        var version = content.Read();
        if (_known is { } known && known.Version == version)
        {
            return known.Controls;
        }

        var controls = store.Models().Where(static model => model.ControlOf is not null).ToLookup(static model => model.ControlOf!, static model => model.Name, StringComparer.Ordinal);
        _known = new Answer(version, controls);
        return controls;
    }

    private sealed record Answer(long Version, ILookup<string, string> Controls);
}
