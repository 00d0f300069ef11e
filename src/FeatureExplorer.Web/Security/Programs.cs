using Microsoft.Net.Http.Headers;

namespace FeatureExplorer.Web.Security;

/// <summary>Which requests come from a program or a page's script, and not from a person who follows a link: these get JSON (RFC 9457), also of what goes wrong.</summary>
public static class Programs
{
    private static readonly MediaTypeHeaderValue Page = new("text/html");

    /// <summary>Whether a request is for JSON: below the API's address, or one that accepts JSON and no page.</summary>
    public static bool Ask(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Ask(request, request.Path);
    }

    /// <param name="request">The request.</param>
    /// <param name="path">The address that was asked for, where an error page's has taken its place.</param>
    internal static bool Ask(HttpRequest request, PathString path) => path.StartsWithSegments(Urls.Api) || TakesJsonAlone(request);

    // "*/*" is what programs send that say nothing of the kind.
    private static bool TakesJsonAlone(HttpRequest request)
    {
        var accept = request.GetTypedHeaders().Accept;
        return accept.Any(static type => type.MediaType == "application/json" || type.MediaType == "application/problem+json")
            && !accept.Any(static type => !type.MatchesAllTypes && Page.IsSubsetOf(type));
    }
}
