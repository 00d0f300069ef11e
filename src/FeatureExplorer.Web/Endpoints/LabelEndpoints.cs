using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Where the form of a feature's label goes.</summary>
public static class LabelEndpoints
{
    public static void MapLabels(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/{model}/{name}/{index:int}/label", Save).RequireAuthorization(Policies.Annotator);

    // The fields are what makes the framework demand the form's antiforgery token.
    private static IResult Save(HttpContext context, LabelService labels, string model, string name, int index, [FromForm] string? text, [FromForm] string? note)
    {
        try
        {
            return labels.Save(context.User, model, name, index, text, note)
                ? Results.LocalRedirect($"/{Uri.EscapeDataString(model)}/{Uri.EscapeDataString(name)}/{index}#label")
                : JsonAnswer.NotFound("No such feature", $"There is no feature {model}/{name}/{index}.");
        }
        catch (ArgumentException tooLong)
        {
            return Results.Problem(title: "Too long", detail: tooLong.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }
}
