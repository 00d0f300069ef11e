using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>A place in the held-out text with the tokens around it.</summary>
/// <param name="Position">Of the centre token in the held-out tokens.</param>
/// <param name="Document">Number of the document; -1 where it is not known.</param>
/// <param name="Domain">Of the document, or null.</param>
/// <param name="Centre">Index of the centre token in the window.</param>
/// <param name="Tokens">Text of the window's tokens.</param>
/// <param name="Ids">Their ids.</param>
/// <param name="Activations">The value at each of them.</param>
public sealed record WindowJson(
    long Position, int Document, string? Domain, int Centre, IReadOnlyList<string> Tokens, IReadOnlyList<int> Ids, IReadOnlyList<float> Activations)
{
    public static IReadOnlyList<WindowJson> Of(IEnumerable<Example> examples, TokenText text) =>
        [.. examples.Select(e => new WindowJson(e.Position, e.Document, e.Domain, e.Centre, [.. e.Tokens.Select(text.Of)], e.Tokens, e.Activations))];
}
