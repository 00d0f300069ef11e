namespace FeatureExplorer.Web.Corpora;

/// <summary>A file that somebody sends.</summary>
/// <param name="Name">As the sender calls it; its extension says what it is.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Copy">Writes its content.</param>
public sealed record SentFile(string Name, long Length, Func<Stream, Task> Copy)
{
    /// <summary>Most files of one upload.</summary>
    public const int MostFiles = 200;

    /// <summary>Checks what is sent together.</summary>
    /// <param name="files">The files.</param>
    /// <param name="limit">Most bytes of all.</param>
    /// <exception cref="ArgumentException">One does not do; the message names it.</exception>
    public static void Check(IReadOnlyList<SentFile> files, double limit)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Count == 0)
        {
            throw new ArgumentException("Choose a file with text in it.");
        }

        if (files.Count > MostFiles)
        {
            throw new ArgumentException($"There are {Features.Show.Count(files.Count)} files, and {MostFiles} may be sent at once: put the texts into one .jsonl file.");
        }

        if (files.FirstOrDefault(static file => file.Length == 0) is { } empty)
        {
            throw new ArgumentException($"{Shown(empty.Name)} is empty: choose a file with text in it.");
        }

        if (files.Sum(static file => file.Length) > limit)
        {
            var what = files.Count == 1 ? $"{Shown(files[0].Name)} is" : $"The {files.Count} files together are";
            throw new ArgumentException($"{what} larger than {Features.Show.Bytes(limit)}; the setting Fetch:MaxMegabytes allows more.");
        }
    }

    /// <summary>What the corpus came from, in a few words: "a.txt and 2 other files".</summary>
    public static string Describe(IReadOnlyList<SentFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return files.Count == 1 ? files[0].Name : $"{Shown(files[0].Name)} and {Features.Show.Counted(files.Count - 1, "other file")}";
    }

    /// <summary>Names for the files on the disk: plain characters, with the extensions, which decide how files are read; no two the same, also where letters' case is ignored.</summary>
    public static IReadOnlyList<string> SafeNames(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. names.Select(SafeName).Select(name => Enumerable.Range(1, int.MaxValue - 1).Select(number => number == 1 ? name : $"{number}-{name}").First(used.Add))];
    }

    private static string SafeName(string name)
    {
        var plain = new string([.. Path.GetFileName(name.Replace('\\', '/')).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')]).TrimStart('.');
        return plain.Length == 0 ? "text.txt" : plain.Length > 80 ? plain[^80..].TrimStart('.') : plain;
    }

    private static string Shown(string name) => name.Length > 100 ? name[..100] + "…" : name;
}
