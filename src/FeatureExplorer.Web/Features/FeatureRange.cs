using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Features;

/// <summary>Which indexes the features of a dictionary have, for whoever asked for another.</summary>
public static class FeatureRange
{
    public static string Sentence(DictionaryInfo dictionary) => dictionary.Source is null
        ? $"Dictionary {dictionary.Id} has features 0 to {dictionary.Features - 1}."
        : $"Dictionary {dictionary.Id} has the {Show.Counted(dictionary.Features, "feature")} whose files were imported.";
}
