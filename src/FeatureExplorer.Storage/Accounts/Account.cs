using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Storage.Accounts;

/// <summary>A person's account as ASP.NET Core Identity keeps it. Only the account services see it; everyone else gets an <see cref="AccountInfo"/>.</summary>
public sealed class Account : IdentityUser
{
    public Role Role { get; set; }

    /// <summary>May not sign in.</summary>
    public bool Disabled { get; set; }

    /// <summary>The password was made by an administrator: until it is changed, the account may do no more than a viewer.</summary>
    public bool MustChangePassword { get; set; }

    /// <summary>UTC.</summary>
    public DateTime Created { get; set; }

    /// <summary>What it may do at the moment.</summary>
    public Role EffectiveRole => MustChangePassword ? Role.Viewer : Role;
}
