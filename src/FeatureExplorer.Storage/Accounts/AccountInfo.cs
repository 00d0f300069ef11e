namespace FeatureExplorer.Storage.Accounts;

/// <summary>An account as pages and services see it.</summary>
/// <param name="Id">Never changes and is never used again.</param>
/// <param name="Name">What it signs in with.</param>
/// <param name="Role">The role that it was given.</param>
/// <param name="EffectiveRole">What it may do at the moment: less than its role while its password has to be changed.</param>
/// <param name="Disabled">May not sign in.</param>
/// <param name="MustChangePassword">Its password was made by an administrator.</param>
/// <param name="Created">UTC.</param>
/// <param name="Stamp">Changes with role, password and state: a session with another stamp has ended.</param>
public sealed record AccountInfo(
    string Id, string Name, Role Role, Role EffectiveRole, bool Disabled, bool MustChangePassword, DateTime Created, string Stamp);
