namespace FeatureExplorer.Engine.Text.Files;

/// <summary>The files of a folder that are not read, counted by kind, with the first names of each.</summary>
internal sealed class UnreadFiles(string folder)
{
    private const int MostKinds = 40;
    private const int MostNames = 3;
    private const int LongestExtension = 20;
    private const string OtherKinds = "of other kinds";

    private readonly SortedDictionary<string, (long Count, List<string> Names)> _kinds = new(StringComparer.Ordinal);

    /// <summary>A file of a kind that is no text, such as README or c.parquet.</summary>
    public void Add(string name, string extension) => Count(
        extension.Length == 0 ? "without an extension" : extension.Length <= LongestExtension ? $"of kind {DomainName.Clean(extension)}" : OtherKinds, name);

    public void AddHidden(string name) => Count("that are hidden (their names begin with a dot)", name);

    /// <summary>One problem for each kind.</summary>
    public IEnumerable<CorpusProblem> Problems() => _kinds.Select(kind => new CorpusProblem(folder, 0, Message(kind.Key, kind.Value.Count, kind.Value.Names), true) { Partly = true });

    private static string Message(string kind, long count, List<string> names) =>
        $"files {kind} are not read: {count} ({string.Join(", ", names.Select(DomainName.Clean))}{(count > names.Count ? ", …" : "")})";

    private void Count(string kind, string name)
    {
        if (!_kinds.TryGetValue(kind, out var found))
        {
            kind = _kinds.Count < MostKinds ? kind : OtherKinds;
            found = _kinds.GetValueOrDefault(kind, (0, []));
        }

        if (found.Names.Count < MostNames)
        {
            found.Names.Add(name);
        }

        _kinds[kind] = (found.Count + 1, found.Names);
    }
}
