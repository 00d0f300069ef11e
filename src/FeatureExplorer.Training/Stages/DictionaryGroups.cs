using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Training.Stages;

/// <summary>
/// Which dictionaries of a run are trained together: those that read the same site share one stream of activations, so that the model runs once
/// for all of them, as far as their weights fit in memory together.
/// </summary>
public static class DictionaryGroups
{
    /// <summary>Weights, gradients and moments of a group take at most so much, unless one dictionary alone takes more.</summary>
    public const long MostBytes = 2L << 30;

    /// <summary>The groups, and in each its dictionaries, in the order in which they end: by number of vectors.</summary>
    public static IReadOnlyList<IReadOnlyList<DictionarySettings>> Of(RunConfiguration run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var groups = new List<IReadOnlyList<DictionarySettings>>();
        foreach (var site in run.Dictionaries.GroupBy(dictionary => (dictionary.Site, dictionary.Layer)))
        {
            var (group, bytes) = (new List<DictionarySettings>(), 0L);
            foreach (var dictionary in site.OrderBy(dictionary => dictionary.Samples))
            {
                var own = Bytes(dictionary, run.Transformer);
                if (group.Count > 0 && bytes + own > MostBytes)
                {
                    groups.Add(group);
                    (group, bytes) = ([], 0);
                }

                group.Add(dictionary);
                bytes += own;
            }

            groups.Add(group);
        }

        return groups;
    }

    /// <summary>n of a dictionary.</summary>
    public static long Inputs(DictionarySettings dictionary, TransformerSettings model) =>
        dictionary.Site == RunChoices.MlpPost ? model.DMlp : model.DModel;

    /// <summary>Two matrices of m · n, each with its gradient and two moments.</summary>
    public static long Bytes(DictionarySettings dictionary, TransformerSettings model) =>
        2 * 4 * sizeof(float) * dictionary.Features * Inputs(dictionary, model);
}
