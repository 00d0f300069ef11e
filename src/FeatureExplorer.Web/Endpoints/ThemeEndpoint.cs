using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Components.Theme;
using FeatureExplorer.Web.Security.Fetching;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The choice of light or dark: a cookie set by a link, so that it works without script.</summary>
public static class ThemeEndpoint
{
    /// <summary>Name of the cookie; its value is "light" or "dark", and without it the system decides.</summary>
    public const string Cookie = "theme";

    public static void MapTheme(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/theme", Choose).AllowAnonymous();
        routes.MapGet(ThemeCss.Path, Sheet).AllowAnonymous();
    }

    /// <summary>The theme that a request asks for: "light", "dark", or null for the system's.</summary>
    public static string? Of(HttpRequest request) => request.Cookies[Cookie] is "light" or "dark" ? request.Cookies[Cookie] : null;

    // Its address holds its hash: another sheet has another address. Without it, browsers ask each time.
    [TextParameter("v", 10)]
    private static async Task<IResult> Sheet(HttpContext context, ThemeCss sheet, string? v)
    {
        var text = await sheet.Text;
        context.Response.Headers.CacheControl = v == ThemeCss.Version(text) ? "public, max-age=31536000, immutable" : "no-cache";
        return Results.Text(text, "text/css");
    }

    [WordsParameter("to", "system", "light", "dark")]
    [LocalPathParameter("from")]
    private static IResult Choose(HttpContext context, string? to, string? from)
    {
        var cookies = context.Response.Cookies;
        if (to is "light" or "dark")
        {
            var options = new CookieOptions { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, HttpOnly = true, IsEssential = true };
            cookies.Append(Cookie, to, options);
        }
        else
        {
            cookies.Delete(Cookie);
        }

        context.Response.Headers.CacheControl = "no-store";
        return Results.LocalRedirect(LocalPath.Of(from));
    }
}
