using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Systems;

/// <summary>Why an analysis is not there, and what to do, the same on page and API.</summary>
public static class NotComputed
{
    public static string Splitting(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return $"{dictionary.Id} has not been compared with a dictionary of another size: model {dictionary.Model} needs two dictionaries of different sizes, indexed on the same tokens. "
            + "They are compared when a run ends; the command relate compares those of an older data folder.";
    }

    public static string Sites(string model) =>
        $"Model {model} has no dictionaries on two sites. Train them in one run, at equal L0: run --model {model} --site mlp.post,mlp.out,resid.post --variant topk --k 32; for a model that a run made, with the other settings of that run.";

    /// <summary>Why it is not known where a feature's direction is used.</summary>
    public static string Use(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return dictionary.AreNeurons ? "Measured for the features of dictionaries, not for neurons."
            : "Measured when a run ends, for live features that only the last layer norm and the unembedding read; the command relate does it for an older data folder.";
    }

    /// <summary>Why there is nothing that goes unread.</summary>
    public static string Unread(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return $"All of the directions of {dictionary.Id} are read: only among neurons (the site mlp.post) are there directions that the layer's output weights drop.";
    }

    public static string Map(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return dictionary.AreNeurons ? "Neurons have no directions of their own to map."
            : dictionary.Source is not null ? $"{dictionary.Id} was imported without weights: its features have no directions to map."
            : $"{dictionary.Id} has not been mapped. A run ends with it; the command relate does it for an older data folder.";
    }

    public static string Automata(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        return dictionary.AreNeurons ? "Systems are looked for among the features of dictionaries, not among neurons."
            : dictionary.Source is not null ? $"{dictionary.Id} was imported without an index: which feature fires after which is not known."
            : $"Systems of features of {dictionary.Id} have not been looked for. A run ends with it; the command relate does it for an older data folder.";
    }
}
