using FeatureExplorer.Web.Security.SignIns;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// An interactive page keeps the visitor that it started with. Here it learns that the session has ended; until then it can show what it showed, and do
/// nothing, because services ask <see cref="Permissions"/>.
/// </summary>
public sealed class SessionRevalidation(ILoggerFactory logs, Sessions sessions) : RevalidatingServerAuthenticationStateProvider(logs)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(15);

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        Task.FromResult(sessions.Current(authenticationState.User) is not null);
}
