namespace FeatureExplorer.Web.Imports;

/// <summary>A file to fetch.</summary>
/// <param name="Address">Where it lies.</param>
/// <param name="Path">Where it is stored, below the folder of what is fetched with it.</param>
public sealed record ImportAddress(Uri Address, string Path)
{
    private const int LongestShown = 100;

    // Parts of addresses that say where in a repository a file lies, and not what it is.
    private static readonly HashSet<string> Places = new(["resolve", "raw", "blob", "main", "master", "download", "files", "releases"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads addresses, one a line. A line that ends with "/" is where the names that follow lie; a file by its whole address is stored under the last part of it.</summary>
    /// <exception cref="ArgumentException">A line is no address, or no name.</exception>
    public static IReadOnlyList<ImportAddress> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Uri? below = null;
        var found = new List<ImportAddress>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Contains("://", StringComparison.Ordinal))
            {
                var address = Absolute(line);
                if (address.AbsolutePath.EndsWith('/'))
                {
                    below = address;
                }
                else
                {
                    found.Add(new ImportAddress(address, ReceivedPath.Check(Uri.UnescapeDataString(address.Segments[^1]))));
                }
            }
            else
            {
                var path = ReceivedPath.Check(line);
                found.Add(new ImportAddress(new Uri(below ?? throw NoAddress(line), string.Join('/', path.Split('/').Select(Uri.EscapeDataString))), path));
            }
        }

        return found switch
        {
            [] when below is not null => throw new ArgumentException($"{Shown(below.ToString())} ends with \"/\", and no names of files follow: write one a line below it, such as config.json."),
            [] => throw new ArgumentException("Enter the addresses of files, one a line."),
            { Count: > ReceivedFiles.MostFiles } => throw new ArgumentException($"There are {found.Count} addresses, and {ReceivedFiles.MostFiles} may be fetched together."),
            _ => found,
        };
    }

    /// <summary>What a folder for files may be called: the last part of the first address, before its name, that says more than where in a repository it lies.</summary>
    public static string NameOf(IReadOnlyList<ImportAddress> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        var first = addresses[0];
        var folders = first.Address.Segments[..^first.Path.Split('/').Length].Select(static part => Uri.UnescapeDataString(part.Trim('/')));
        return folders.LastOrDefault(static part => part.Length > 0 && !Places.Contains(part)) ?? first.Address.Host;
    }

    private static Uri Absolute(string line) => Uri.TryCreate(line, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
        ? address
        : throw NoAddress(line);

    private static ArgumentException NoAddress(string line) => new($"\"{Shown(line)}\" is not an http or https address; enter one like https://example.org/gpt2/config.json. A name alone stands below the address of its folder, which ends with \"/\".");

    private static string Shown(string line) => line.Length > LongestShown ? line[..LongestShown] + "…" : line;
}
