using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.Fetching;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Where the form of a feature's label goes.</summary>
public static class LabelEndpoints
{
    public static void MapLabels(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/{model}/{name}/{index:int}/label", Save).RequireAuthorization(Policies.Annotator);

    // The fields are what makes the framework demand the form's antiforgery token.
    private static IResult Save(HttpContext context, LabelService labels, string model, string name, int index, [FromForm] string? text, [FromForm] string? note, [FromForm] string? returnUrl)
    {
        try
        {
            return labels.Save(context.User, model, name, index, text, note)
                ? Results.LocalRedirect((string.IsNullOrEmpty(returnUrl) ? $"/{Uri.EscapeDataString(model)}/{Uri.EscapeDataString(name)}/{index}" : LocalPath.Of(returnUrl)) + "#label")
                : AbsentAnswer.Feature(model, name, index);
        }
        catch (ArgumentException tooLong)
        {
            return Results.Problem(title: "Too long", detail: tooLong.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }
}
