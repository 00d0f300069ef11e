using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Security.Administration;

namespace FeatureExplorer.Web.Components.AccountParts;

/// <summary>How a reader looks at the list of accounts; all of it is in the address.</summary>
/// <param name="Text">Part of the names that are listed; empty for all.</param>
/// <param name="Role">The role of those that are listed; null for all.</param>
/// <param name="State">The state of those that are listed; null for all.</param>
/// <param name="Sort">Column that orders the rows: name, role, state or created.</param>
/// <param name="Descending">Whether the largest comes first.</param>
public sealed record AccountView(string Text, Role? Role, AccountState? State, string Sort, bool Descending)
{
    /// <summary>Characters of a search at most.</summary>
    public const int LongestText = 60;

    /// <summary>All, by name.</summary>
    public static AccountView Usual { get; } = new(string.Empty, null, null, "name", false);

    /// <summary>What an address says; its values have been checked.</summary>
    public static AccountView Of(string? text, string? role, string? state, string? sort, string? order) =>
        new(text ?? string.Empty, Urls.Parse<Role>(role), Urls.Parse<AccountState>(state), sort ?? Usual.Sort, order == "desc");

    /// <summary>Whether an account is listed.</summary>
    public bool Lists(AccountItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Name.Contains(Text.Trim(), StringComparison.CurrentCultureIgnoreCase) && (Role is null || Role == item.Role) && (State is null || State == item.State);
    }

    /// <summary>Accounts in the order of the view, by name among equals.</summary>
    /// <param name="items">By name.</param>
    public IReadOnlyList<AccountItem> Order(IReadOnlyList<AccountItem> items)
    {
        Func<AccountItem, object> key = Sort switch
        {
            "role" => static item => item.Role,
            "state" => static item => item.State,
            "created" => static item => item.Created,
            _ => static item => item.Name,
        };
        return this is { Sort: "name", Descending: false } ? items : [.. Descending ? items.OrderByDescending(key) : items.OrderBy(key)];
    }

    /// <summary>The page with this view; what is usual is left out.</summary>
    public string Address()
    {
        var url = new UrlBuilder(Urls.Accounts);
        url.Add("q", Text);
        url.Add("role", Role is { } role ? Urls.Word(role) : null);
        url.Add("state", State is { } state ? Urls.Word(state) : null);
        url.Add("sort", Sort == Usual.Sort ? null : Sort);
        url.Add("order", Descending ? "desc" : null);
        return url.ToString();
    }
}
