using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Endpoints.Json.Systems;

/// <summary>The systems of features of a dictionary, as the API tells of them.</summary>
public sealed record AutomataJson(
    string Dictionary, double LeastProbability, double LeastLift, int LeastCount, long Pairs, IReadOnlyList<AutomataJson.FoundSystem> Systems)
{
    public static AutomataJson Of(string dictionary, AutomataReport report, TokenText text)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new AutomataJson(
            dictionary, report.LeastProbability, report.LeastLift, report.LeastCount, report.Pairs,
            [.. report.Systems.Select(system => new FoundSystem(
                [.. system.Features.Select(feature => $"{dictionary}/{feature}")],
                [.. system.Edges.Select(edge => TransitionJson.Of(edge, text))],
                system.Score,
                [.. system.Examples.Select(example => new FoundText(example.Position, example.Document, example.Domain, [.. example.Tokens.Select(text.Of)], example.States, example.Steps))],
                system.Check))]);
    }

    /// <summary>States in the order of the cycle, all edges between them, and where the text follows it.</summary>
    public sealed record FoundSystem(
        IReadOnlyList<string> Features, IReadOnlyList<TransitionJson> Edges, double Score, IReadOnlyList<FoundText> Examples, GenerationCheck? Check);

    /// <summary>Text along which the system passes from state to state; −1 where no state is followed.</summary>
    public sealed record FoundText(long Position, int Document, string? Domain, IReadOnlyList<string> Tokens, IReadOnlyList<int> States, int Steps);
}
