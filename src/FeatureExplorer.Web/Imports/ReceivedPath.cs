using System.Globalization;

namespace FeatureExplorer.Web.Imports;

/// <summary>Names that files and folders may have which somebody sends or fetches: plain ones, within their own folder.</summary>
public static class ReceivedPath
{
    /// <summary>Files of other frameworks, which no import reads; a chosen folder is sent without them.</summary>
    public static readonly IReadOnlyList<string> LeftOut = [".h5", ".msgpack", ".onnx", ".ot", ".tflite", ".gguf", ".ckpt.index"];

    private const int LongestPart = 150;
    private const int LongestName = 64;
    private const int Deepest = 8;
    private const int LongestShown = 100;
    private const string Forbidden = "\\/:*?\"<>|";

    /// <summary>A path below the folder that is being filled, with "/" between its parts.</summary>
    /// <exception cref="ArgumentException">It leads elsewhere, is hidden, or has characters that file names cannot have everywhere.</exception>
    public static string Check(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var parts = path.Split('/');
        if (parts.Length > Deepest)
        {
            throw new ArgumentException($"{Shown(path)} lies more than {Deepest} folders deep: choose the folder that holds the files of the model or the dictionary.");
        }

        return Array.Find(parts, static part => Problem(part) is not null) is { } bad
            ? throw new ArgumentException($"\"{Shown(path)}\" is no name that a file can be stored under: {Problem(bad)}. Rename it, or leave it out.")
            : path;
    }

    /// <summary>A folder's name in plain characters; <paramref name="otherwise"/> where nothing is left of it.</summary>
    public static string FolderName(string text, string otherwise)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = new string([.. text.Trim().Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '-')]).Trim('.', '-');
        return plain.Length == 0 ? otherwise : plain.Length > LongestName ? plain[..LongestName] : plain;
    }

    /// <summary>Says what became of a name that was asked for; null where it was taken as it is.</summary>
    /// <param name="asked">What the folder was to be called.</param>
    /// <param name="name">What it is called.</param>
    public static string? Changed(string asked, string name)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return asked.Trim() is not { Length: > 0 } wanted || wanted == name ? null
            : FolderName(wanted, string.Empty) == wanted ? $"The files are stored as {name}: there is a folder {wanted} already."
            : $"The files are stored as {name}, not as \"{Shown(wanted)}\": a folder's name has at most {LongestName} of the letters a to z, digits, '.', '-' and '_', and begins and ends with none of '.' and '-'.";
    }

    private static string? Problem(string part) =>
        part.Length == 0 ? "a part of it is empty"
        : part.Length > LongestPart ? $"a part of it has more than {LongestPart} characters"
        : part[0] == '.' ? "names that begin with a dot are hidden, or lead out of the folder"
        : part[^1] is '.' or ' ' || part[0] == ' ' ? "a part of it begins or ends with a space or ends with a dot"
        : part.FirstOrDefault(Forbidden.Contains) is not '\0' and var sign ? $"it has the character {sign}"
        : part.Contains('\uFFFD', StringComparison.Ordinal) ? "it has a character that did not arrive as it was"
        : part.Any(static c => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Surrogate) ? "it has a character that cannot be seen"
        : null;

    /// <summary>A path in a message: not all of a very long one.</summary>
    internal static string Shown(string path) => path.Length > LongestShown ? path[..LongestShown] + "…" : path;
}
