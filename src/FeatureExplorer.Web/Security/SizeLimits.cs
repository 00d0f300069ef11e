using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Metadata;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// Refuses a body that says itself that it is too long, before any of it is read, and says of one that turned out to be too long what is wrong with it:
/// otherwise the form's token would seem to be missing.
/// </summary>
public static class SizeLimits
{
    public static IApplicationBuilder UseSizeLimits(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize < context.Request.ContentLength)
        {
            throw TooLarge();
        }

        await next(context);
        if (!context.Response.HasStarted
            && context.Features.Get<IAntiforgeryValidationFeature>()?.Error?.InnerException is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge })
        {
            throw TooLarge();
        }
    });

    private static BadHttpRequestException TooLarge() => new("The body is larger than this address takes.", StatusCodes.Status413PayloadTooLarge);
}
