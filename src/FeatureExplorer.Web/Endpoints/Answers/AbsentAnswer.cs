using FeatureExplorer.Storage.Features;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints.Answers;

/// <summary>Status 404 with what an address names that does not exist, and what does.</summary>
internal sealed class AbsentAnswer : IResult
{
    private readonly string _title;
    private readonly Func<FeatureStore, string> _sentence;

    private AbsentAnswer(string title, Func<FeatureStore, string> sentence) => (_title, _sentence) = (title, sentence);

    public static IResult Model(string model) => new AbsentAnswer("No such model", store => Absent.Model(store, model));

    public static IResult Dictionary(string model, string name) => new AbsentAnswer("No such dictionary", store => Absent.Dictionary(store, model, name));

    public static IResult Feature(string model, string name, int index) => new AbsentAnswer("No such feature", store => Absent.Feature(store, model, name, index));

    public static IResult Unit(string? id) => new AbsentAnswer("No such feature", store => Absent.Unit(store, id));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        return JsonAnswer.NotFound(_title, _sentence(httpContext.RequestServices.GetRequiredService<FeatureStore>())).ExecuteAsync(httpContext);
    }
}
