using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace FeatureExplorer.Web.Security;

/// <summary>Writes an account's role into its session.</summary>
public sealed class AccountClaims(UserManager<Account> accounts, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<Account>(accounts, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(UserClaims.Role, user.EffectiveRole.ToString()));
        return identity;
    }
}
