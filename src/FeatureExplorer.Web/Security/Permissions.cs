using System.Runtime.CompilerServices;
using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Security.SignIns;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// The check that every action makes before it acts. It reads the account as it is now, so that a session that has ended can do nothing,
/// also over a page's open connection.
/// </summary>
public sealed class Permissions(Sessions sessions, AuditLog audit)
{
    /// <summary>The account that acts, when its role suffices.</summary>
    /// <param name="user">The visitor.</param>
    /// <param name="role">The least role that may do this.</param>
    /// <param name="action">What a refusal is recorded as; the name of the calling method by itself.</param>
    /// <exception cref="AccessDeniedException">It does not suffice, or the session has ended.</exception>
    public AccountInfo Demand(ClaimsPrincipal user, Role role, [CallerMemberName] string action = "")
    {
        ArgumentNullException.ThrowIfNull(user);
        if (sessions.Current(user) is { } account && account.EffectiveRole >= role)
        {
            return account;
        }

        audit.Record(user, AuditLog.Refusal, action, AuditOutcome.Refused, $"needs the role {Urls.Word(role)}");
        throw new AccessDeniedException($"This needs the role {Urls.Word(role)}. Sign in with an account that has it, or ask an administrator.");
    }
}
