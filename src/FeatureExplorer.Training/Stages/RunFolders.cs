using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Training.Stages;

/// <summary>Where the files of a run's model and dictionaries lie (<see cref="StageFolders"/>).</summary>
/// <param name="folder">The data folder.</param>
/// <param name="model">Name of the model.</param>
/// <param name="modelFolder">Name of its folder.</param>
/// <param name="dictionaries">Names of the dictionaries' folders, by their own names.</param>
public sealed class RunFolders(DataFolder folder, string model, string modelFolder, IReadOnlyDictionary<string, string> dictionaries)
{
    /// <summary>Weights and records of a dictionary.</summary>
    public string Dictionary(string name) => folder.Dictionary(model, dictionaries[name]);

    /// <summary>Activation index of a dictionary.</summary>
    public string Index(string name) => folder.Index(model, dictionaries[name]);

    /// <summary>Files that only a dictionary's training needs.</summary>
    public string Forming(string name) => folder.Forming(model, dictionaries[name]);

    /// <summary>How a dictionary's features came to be.</summary>
    public string Formation(string name) => folder.Formation(model, dictionaries[name]);

    /// <summary>The state of dictionaries in training; what tells it from others is its fingerprint.</summary>
    public string Training(string fingerprint) => folder.DictionaryTraining(modelFolder, fingerprint);

    /// <summary>The same as earlier versions named it; it may be of other dictionaries.</summary>
    public string OlderTraining => folder.DictionaryTraining(modelFolder);

    /// <summary>A draft with the folders, where they are not named as the model and the dictionary are.</summary>
    public DictionaryDraft Place(DictionaryDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        var own = dictionaries[draft.Name];
        return draft with { Folder = own == draft.Name ? null : own, ModelFolder = modelFolder == model ? null : modelFolder };
    }
}
