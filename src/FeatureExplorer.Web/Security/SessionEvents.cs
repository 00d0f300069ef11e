using FeatureExplorer.Web.Security.SignIns;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// Every request of a session is checked against the account as it is now: one indexed read, and only for those who are signed in. A changed role
/// or password, a disabled account and signing out end the session at once, not after an interval.
/// </summary>
public sealed class SessionEvents(Sessions sessions) : CookieAuthenticationEvents
{
    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        if (sessions.Current(context.Principal) is null)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
        }
    }

    /// <summary>A page asks to sign in; a program is told that it has to.</summary>
    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (Programs.Ask(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else
        {
            // After signing in, a form that was posted is shown again rather than sent again.
            var back = context.Request.PathBase + context.Request.Path + context.Request.QueryString;
            context.Response.Redirect(Urls.SignIn(HttpMethods.IsGet(context.Request.Method) ? back : context.Request.Path));
        }

        return Task.CompletedTask;
    }

    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }
}
