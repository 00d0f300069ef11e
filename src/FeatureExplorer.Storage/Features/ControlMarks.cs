using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Storage.Features;

/// <summary>Which features are as interpretable on the model with shuffled weights; found when a dictionary is first asked for, then kept.</summary>
public sealed class ControlMarks(FeatureStore store, ModelControls controls)
{
    private const int Kept = 8;

    private readonly Lock _gate = new();
    private readonly LinkedList<(long Stamp, long Control, ControlledFeatures Features)> _known = [];

    /// <summary>A dictionary's features beside its control's; null where it has no control.</summary>
    public ControlledFeatures? Of(DictionaryInfo dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        if (controls.Of(dictionary) is not { } control)
        {
            return null;
        }

        lock (_gate)
        {
            foreach (var known in _known)
            {
                if ((known.Stamp, known.Control) == (dictionary.Stamp, control.Stamp))
                {
                    return known.Features;
                }
            }

            var found = ControlledFeatures.Of(control, store.Summaries(dictionary), store.Summaries(control));
            _known.AddFirst((dictionary.Stamp, control.Stamp, found));
            if (_known.Count > Kept)
            {
                _known.RemoveLast();
            }

            return found;
        }
    }
}
