using FeatureExplorer.Storage.Accounts;

namespace FeatureExplorer.Web.Security;

/// <summary>For a page that everyone may read and whose forms need a role.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class WriteRoleAttribute(Role role) : Attribute
{
    /// <summary>The least role that may post.</summary>
    public Role Role { get; } = role;
}
