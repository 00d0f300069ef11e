using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Analysis.Imports;

/// <summary>The tokens that occur in published files, numbered in the order in which they are first seen: the files hold text, no ids.</summary>
public sealed class PublishedVocabulary
{
    private const int LongestToken = 4_096;

    private readonly Dictionary<string, int> _ids = [];
    private readonly List<string> _tokens = [];

    /// <summary>Text of each id.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>The id of a token, which is added where it is new.</summary>
    /// <exception cref="InvalidDataException">It is too long, or ids have run out.</exception>
    public int Id(string token)
    {
        if (_ids.TryGetValue(token, out var id))
        {
            return id;
        }

        if (token.Length > LongestToken)
        {
            throw new InvalidDataException($"A token has {token.Length:N0} characters; at most {LongestToken:N0} are read.");
        }

        if (_tokens.Count == ByteLevelTokenizer.LargestVocabulary)
        {
            throw new InvalidDataException($"With it there are more than {ByteLevelTokenizer.LargestVocabulary:N0} different tokens: it belongs to another model.");
        }

        _ids.Add(token, _tokens.Count);
        _tokens.Add(token);
        return _tokens.Count - 1;
    }

    /// <summary>Takes back the tokens that were added last, until there are so many.</summary>
    public void Truncate(int count)
    {
        foreach (var token in _tokens.Skip(count))
        {
            _ids.Remove(token);
        }

        _tokens.RemoveRange(count, _tokens.Count - count);
    }

    /// <summary>The vocabulary as a JSON array of strings.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(_tokens);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyList<string> Load(string file)
    {
        try
        {
            var tokens = JsonSerializer.Deserialize<string[]>(Checksums.ReadAllBytes(file));
            return tokens is { Length: > 0 and <= ByteLevelTokenizer.LargestVocabulary } && tokens.All(t => t is not null)
                ? tokens
                : throw new InvalidDataException($"{file} is no vocabulary: import the files again.");
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{file} is missing or damaged ({(e is JsonException ? JsonFault.Of(e) : e.Message)}): import the files again.", e);
        }
    }
}
