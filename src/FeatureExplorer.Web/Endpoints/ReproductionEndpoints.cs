using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Reproduction;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>The report on the paper's claims as JSON and as a table.</summary>
public static class ReproductionEndpoints
{
    public static void MapReproduction(this IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup(Urls.Api + "/{model}/{name}");
        reports.MapGet("/report", Json);
        reports.MapGet("/report.csv", Table);
    }

    [EndpointName("report"), Tags("Dictionaries")]
    [EndpointSummary("The paper's claims against a dictionary")]
    [ProducesResponseType<ReproductionJson>(StatusCodes.Status200OK)]
    private static IResult Json(HttpContext context, FeatureStore store, ReproductionReader report, string model, string name) =>
        store.FindDictionary(model, name) is { } dictionary
            ? JsonAnswer.Json(context, new ReproductionJson(dictionary.Id, dictionary.Provenance, dictionary.Source, report.Of(dictionary)))
            : AbsentAnswer.Dictionary(model, name);

    [EndpointName("reportTable"), Tags("Dictionaries")]
    [EndpointSummary("The paper's claims against a dictionary, as a table")]
    [ProducesResponseType<string>(StatusCodes.Status200OK, "text/csv")]
    private static IResult Table(HttpContext context, FeatureStore store, ReproductionReader report, string model, string name)
    {
        if (store.FindDictionary(model, name) is not { } dictionary)
        {
            return AbsentAnswer.Dictionary(model, name);
        }

        var csv = new Csv("dictionary", "id", "section", "claim", "unit", "paper", "paper_note", "value", "control", "verdict", "note", "method", "missing", "feature");
        foreach (var row in report.Of(dictionary))
        {
            csv.Add(dictionary.Id, row.Id, row.Section, row.Claim, Urls.Word(row.Unit), row.Paper, row.PaperNote, row.Value, row.Control, row.Verdict is { } verdict ? Urls.Word(verdict) : null, row.Note, row.Method, row.Missing, row.Feature);
        }

        return JsonAnswer.Download(context, csv.ToBytes(), $"{dictionary.Model}-{dictionary.Name}-report.csv");
    }
}
