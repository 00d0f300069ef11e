using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Web.Endpoints.Answers;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>A feature's examples as a table, one row a token.</summary>
public static class DownloadEndpoints
{
    public static void MapDownloads(this IEndpointRouteBuilder routes) => routes.MapGet("/{model}/{name}/{index:int}/examples.csv", Examples);

    private static IResult Examples(HttpContext context, FeatureReader reader, string model, string name, int index)
    {
        if (reader.Find(model, name, index) is not { } feature)
        {
            return AbsentAnswer.Feature(model, name, index);
        }

        var (dictionary, report, text) = (feature.Dictionary, feature.Report, feature.Text);
        var csv = new Csv("feature", "group", "example", "position", "document", "domain", "offset", "centre", "token_id", "token", "token_json", "activation");
        var id = $"{dictionary.Id}/{report.Index}";
        Add(csv, id, "top", report.Top, text);
        for (var i = 0; i < report.IntervalExamples.Count; i++)
        {
            Add(csv, id, $"interval {i}", report.IntervalExamples[i].Examples, text);
        }

        foreach (var level in report.Levels ?? [])
        {
            Add(csv, id, level.Name, level.Examples, text);
        }

        Add(csv, id, "bottom", report.Bottom, text);
        return JsonAnswer.Download(context, csv.ToBytes(), $"{dictionary.Model}-{dictionary.Name}-{report.Index}-examples.csv");
    }

    private static void Add(Csv csv, string id, string group, IReadOnlyList<Example> examples, TokenText text)
    {
        for (var number = 0; number < examples.Count; number++)
        {
            var example = examples[number];
            for (var i = 0; i < example.Tokens.Count; i++)
            {
                csv.Add(
                    id, group, number, example.Position, example.Document < 0 ? null : example.Document, example.Domain, i - example.Centre, i == example.Centre ? 1 : 0,
                    example.Tokens[i], text.Original(example.Tokens[i]), Csv.Exact(text.Original(example.Tokens[i])), example.Activations[i]);
            }
        }
    }
}
