using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// Records what a policy refuses. A stranger who only reads and is asked to sign in has been refused nothing yet.
/// </summary>
public sealed class RecordedRefusals(AuditLog audit) : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _answer = new();

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Forbidden)
        {
            audit.Refused(context, "the role does not allow it");
        }
        else if (authorizeResult.Challenged && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            audit.Refused(context, "not signed in");
        }

        return _answer.HandleAsync(next, context, policy, authorizeResult);
    }
}
