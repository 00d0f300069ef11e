namespace FeatureExplorer.Engine.TensorFiles.Pickle;

/// <summary>A dictionary, an ordered dictionary, or an object's fields.</summary>
internal sealed class PickleDictionary
{
    private readonly Dictionary<object, int> _places = [];
    private readonly List<KeyValuePair<object, object?>> _entries = [];

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<KeyValuePair<object, object?>> Entries => _entries;

    /// <summary>Adds an entry, or gives another value to one.</summary>
    /// <param name="key">A text, a number, or true or false.</param>
    /// <param name="value">Anything.</param>
    public void Set(object key, object? value)
    {
        if (_places.TryGetValue(key, out var place))
        {
            _entries[place] = new(key, value);
            return;
        }

        _places.Add(key, _entries.Count);
        _entries.Add(new(key, value));
    }
}
