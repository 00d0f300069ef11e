using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Web.Runs;

namespace FeatureExplorer.Web.Components.RunViews;

/// <summary>How a reader looks at the list of runs; all of it is in the address.</summary>
/// <param name="Text">Words that must be in a row; empty for all rows.</param>
/// <param name="State">The state of the rows that are listed; null for all.</param>
/// <param name="Sort">Column that orders the rows: one of <see cref="Columns"/>.</param>
/// <param name="Descending">Whether the largest comes first.</param>
/// <param name="Grouped">Whether runs of a model stand together.</param>
/// <param name="Hidden">Columns that are not shown, separated by commas, in the order of <see cref="Columns"/>.</param>
public sealed record RunGridView(string Text, RunStatus? State, string Sort, bool Descending, bool Grouped, string Hidden)
{
    /// <summary>Characters of a search at most.</summary>
    public const int LongestText = 200;

    /// <summary>Names of the columns that a reader may sort by.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["id", "status", "model", "makes", "progress", "took", "created", "tags", "note"];

    /// <summary>Newest first, all columns.</summary>
    public static RunGridView Usual { get; } = new(string.Empty, null, "id", true, false, string.Empty);

    /// <summary>What an address says; its values have been checked.</summary>
    public static RunGridView Of(string? text, string? state, string? sort, string? order, string? group, string? hide) => new(
        text ?? string.Empty, Urls.Parse<RunStatus>(state), sort ?? Usual.Sort, order is null ? sort is null or "id" : order == "desc", group is not null, hide ?? string.Empty);

    /// <summary>Whether a column is shown.</summary>
    public bool Shows(string column) => !Hidden.Split(',').Contains(column);

    /// <summary>The same with a column shown or hidden.</summary>
    public RunGridView With(string column, bool shown) =>
        this with { Hidden = string.Join(',', Columns.Where(name => name == column ? !shown : !Shows(name))) };

    /// <summary>Runs in the order of the view, the newest first among equals.</summary>
    /// <param name="runs">Newest first.</param>
    public IReadOnlyList<RunItem> Order(IReadOnlyList<RunItem> runs)
    {
        Func<RunItem, object?> key = Sort switch
        {
            "status" => static item => item.Status,
            "model" => static item => item.Model,
            "makes" => static item => item.Makes,
            "progress" => static item => item.Progress,
            "took" => static item => item.Took,
            "created" => static item => item.Created,
            "tags" => static item => item.Tags,
            "note" => static item => item.Note,
            _ => static item => item.Id,
        };
        return Sort == Usual.Sort && Descending ? runs : [.. Descending ? runs.OrderByDescending(key) : runs.OrderBy(key)];
    }

    /// <summary>The page with this view; what is usual is left out.</summary>
    public string Address()
    {
        (string Name, string? Value)[] parameters =
        [
            ("q", Text), ("state", State is { } state ? Urls.Word(state) : null), ("sort", Sort == Usual.Sort ? null : Sort),
            ("order", Descending == (Sort == Usual.Sort) ? null : Descending ? "desc" : "asc"), ("group", Grouped ? "model" : null), ("hide", Hidden),
        ];
        var given = string.Join('&', parameters.Where(static p => !string.IsNullOrEmpty(p.Value)).Select(static p => $"{p.Name}={Urls.Escape(p.Value!)}"));
        return given.Length == 0 ? Urls.Runs : $"{Urls.Runs}?{given}";
    }
}
