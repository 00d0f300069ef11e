using System.Text.Json;

namespace FeatureExplorer.Engine.Text.Tokenizer.Imported.Files;

/// <summary>The tokens of a byte-pair model and its merges, as they are read.</summary>
internal sealed class VocabularyReader
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<string?> _tokens = [];
    private char[] _joined = new char[256];

    public VocabularyReader()
    {
        _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>By id; null where an id has no token.</summary>
    public IReadOnlyList<string?> Tokens => _tokens;

    /// <summary>In the order of their ranks.</summary>
    public List<(int Left, int Right, int Id)> Merges { get; } = [];

    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    public void ReadTokens(JsonPart json)
    {
        if (json.Value.ValueKind != JsonValueKind.Object)
        {
            throw json.Wrong("an object of tokens and their ids");
        }

        foreach (var token in json.Value.EnumerateObject())
        {
            var known = token.Value.ValueKind == JsonValueKind.Number && token.Value.TryGetInt32(out var id) && id is >= 0 and < TokenizerLimits.MostIds ? id : -1;
            Add(token.Name, known >= 0 ? known : new JsonPart(token.Value, $"{json.Path}[\"{JsonPart.Short(token.Name)}\"]").Id());
        }

        if (_tokens.Count > TokenizerLimits.SparsestIds * (long)_ids.Count)
        {
            throw new FormatException($"{json.Path} has {_ids.Count:N0} tokens, but ids up to {_tokens.Count - 1:N0}; nearly all of these ids have no token");
        }
    }

    public void Add(string token, int id)
    {
        if (token.Length > TokenizerLimits.LongestToken)
        {
            throw new FormatException($"the token with id {id} has {token.Length:N0} characters; at most {TokenizerLimits.LongestToken:N0} are read");
        }

        if (!_ids.TryAdd(token, id))
        {
            throw new FormatException($"the token \"{JsonPart.Short(token)}\" is in the vocabulary twice, with ids {_ids[token]} and {id}");
        }

        while (_tokens.Count <= id)
        {
            _tokens.Add(null);
        }

        if (_tokens[id] is { } other)
        {
            throw new FormatException($"id {id} belongs to two tokens, \"{JsonPart.Short(other)}\" and \"{JsonPart.Short(token)}\"");
        }

        _tokens[id] = token;
    }

    /// <summary>Reads merges of either form: texts with a space between the two tokens, or lists of two texts.</summary>
    public void ReadMerges(JsonPart json)
    {
        if (json.Value.ValueKind != JsonValueKind.Array)
        {
            throw json.Wrong("a list");
        }

        if (json.Value.GetArrayLength() > TokenizerLimits.MostMerges)
        {
            throw new FormatException($"{json.Path} has {json.Value.GetArrayLength():N0} entries; at most {TokenizerLimits.MostMerges:N0} are read");
        }

        foreach (var merge in json.Value.EnumerateArray())
        {
            if (merge.ValueKind == JsonValueKind.String)
            {
                AddMerge(merge.GetString()!, $"{json.Path}[{Merges.Count}]");
            }
            else if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2 && merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String)
            {
                AddMerge(merge[0].GetString()!, merge[1].GetString()!, $"{json.Path}[{Merges.Count}]");
            }
            else
            {
                throw new JsonPart(merge, $"{json.Path}[{Merges.Count}]").Wrong("two tokens");
            }
        }
    }

    /// <param name="merge">Two tokens with one space between.</param>
    /// <param name="place">Where it stands, for messages.</param>
    public void AddMerge(ReadOnlySpan<char> merge, string place)
    {
        var space = merge.IndexOf(' ');
        if (space < 0 || merge[(space + 1)..].Contains(' '))
        {
            throw new FormatException($"{place} is \"{JsonPart.Short(merge.ToString())}\"; it has to be two tokens with one space between");
        }

        AddMerge(merge[..space], merge[(space + 1)..], place);
    }

    private void AddMerge(ReadOnlySpan<char> left, ReadOnlySpan<char> right, string place)
    {
        var length = left.Length + right.Length;
        if (length > _joined.Length)
        {
            Array.Resize(ref _joined, length * 2);
        }

        left.CopyTo(_joined);
        right.CopyTo(_joined.AsSpan(left.Length));
        Merges.Add((Find(left, place), Find(right, place), Find(_joined.AsSpan(0, length), place)));
    }

    private int Find(ReadOnlySpan<char> token, string place) => _lookup.TryGetValue(token, out var id)
        ? id
        : throw new FormatException($"{place} names \"{JsonPart.Short(token.ToString())}\", which is no token of the vocabulary");
}
