using Microsoft.AspNetCore.Http.Metadata;

namespace FeatureExplorer.Web.Security;

/// <summary>Refuses a body that says itself that it is too long, before any of it is read: otherwise the form's token would seem to be missing.</summary>
public static class SizeLimits
{
    public static IApplicationBuilder UseSizeLimits(this IApplicationBuilder app) => app.Use((context, next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize < context.Request.ContentLength
            ? throw new BadHttpRequestException("The body is larger than this address takes.", StatusCodes.Status413PayloadTooLarge)
            : next(context));
}
