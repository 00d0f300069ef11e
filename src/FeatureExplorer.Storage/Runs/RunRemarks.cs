using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Storage.Runs;

/// <summary>What people write about a run: a note, and tags to find it by.</summary>
/// <param name="Note">Plain text of several lines; empty for nothing.</param>
/// <param name="Tags">Words without spaces, each once.</param>
public sealed record RunRemarks(string Note, IReadOnlyList<string> Tags)
{
    /// <summary>Characters of a note at most.</summary>
    public const int LongestNote = 2000;

    /// <summary>Characters of a tag at most.</summary>
    public const int LongestTag = 32;

    /// <summary>Tags of a run at most.</summary>
    public const int MostTags = 8;

    private static readonly char[] Separators = [' ', ',', '\t', '\n', '\r'];

    /// <summary>Reads what somebody has typed.</summary>
    /// <param name="note">Free text.</param>
    /// <param name="tags">Words separated by spaces or commas.</param>
    /// <exception cref="ArgumentException">It is too long, or holds characters that it cannot; the message names the field and the value.</exception>
    public static RunRemarks Of(string? note, string? tags)
    {
        // Nothing that turns the direction of writing or controls a terminal.
        var text = string.Join('\n', (note ?? string.Empty).Trim().ReplaceLineEndings("\n").Split('\n').Select(DomainName.Clean));
        if (text.Length > LongestNote)
        {
            throw new ArgumentException($"The note has {text.Length:N0} characters; it may have {LongestNote:N0}.");
        }

        var words = (tags ?? string.Empty).Split(Separators, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (words.Count > MostTags)
        {
            throw new ArgumentException($"These are {words.Count} tags; a run may have {MostTags}.");
        }

        return words.Find(static word => word.Length > LongestTag || !word.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '=')) is { } wrong
            ? throw new ArgumentException($"The tag \"{(wrong.Length > LongestTag ? wrong[..LongestTag] + "…" : wrong)}\" does not work: a tag has at most {LongestTag} letters, digits and -_./=.")
            : new RunRemarks(text, words);
    }

    internal static IReadOnlyList<string> Split(string stored) => stored.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
