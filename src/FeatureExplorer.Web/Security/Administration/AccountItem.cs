using FeatureExplorer.Storage.Accounts;

namespace FeatureExplorer.Web.Security.Administration;

/// <summary>A row of the list of accounts.</summary>
/// <param name="Account">As it is in the database.</param>
/// <param name="State">Whether somebody can sign in with it.</param>
public sealed record AccountItem(AccountInfo Account, AccountState State)
{
    public string Id => Account.Id;

    public string Name => Account.Name;

    public Role Role => Account.Role;

    /// <summary>UTC.</summary>
    public DateTime Created => Account.Created;
}
