using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;

namespace FeatureExplorer.Web.Components;

/// <summary>
/// Two documents for one set of pages. If one document had render modes, the framework would send every page of it, also those without any connection, with an
/// antiforgery cookie and an order to keep nothing, and no page could be kept for the next visitor. So each document serves its own pages and leaves out the other's.
/// </summary>
public static class Documents
{
    /// <summary>Maps all pages.</summary>
    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        routes.MapRazorComponents<PublicApp>().Add(static endpoint => LeaveOut(endpoint, PageOf(endpoint) is not { } page || IsInteractive(page)));
        // The one frame policy is ours (SecurityHeaders): the framework would add a second, weaker one.
        routes.MapRazorComponents<StudioApp>().AddInteractiveServerRenderMode(static server => server.ContentSecurityFrameAncestorsPolicy = null).Add(static endpoint =>
        {
            var page = PageOf(endpoint);
            if (page is not null && IsInteractive(page))
            {
                endpoint.Metadata.Add(new StudioPage());
            }

            LeaveOut(endpoint, page is not null && !IsInteractive(page));
        });
    }

    /// <summary>Whether a page holds a connection to the server.</summary>
    internal static bool IsInteractive(Type page) => Attribute.IsDefined(page, typeof(RenderModeAttribute));

    private static Type? PageOf(EndpointBuilder endpoint) => endpoint.Metadata.OfType<ComponentTypeMetadata>().FirstOrDefault()?.Type;

    private static void LeaveOut(EndpointBuilder endpoint, bool other)
    {
        if (other)
        {
            endpoint.Metadata.Add(new SuppressMatchingMetadata());
        }
    }
}
