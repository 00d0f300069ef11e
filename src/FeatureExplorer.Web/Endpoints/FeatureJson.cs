using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage;
using FeatureExplorer.Web.Components.Parts;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Everything a feature's page shows.</summary>
public sealed record FeatureJson
{
    public required string Id { get; init; }

    public required int Index { get; init; }

    public required string State { get; init; }

    public required double Density { get; init; }

    public required long Activations { get; init; }

    public required float Max { get; init; }

    public required double Mean { get; init; }

    public required float EncoderBias { get; init; }

    public required float EncoderDecoderCosine { get; init; }

    public required Histogram Histogram { get; init; }

    public required Histogram LogHistogram { get; init; }

    public required IReadOnlyList<Interval> Intervals { get; init; }

    public required IReadOnlyList<Window> Top { get; init; }

    public required int TopFolded { get; init; }

    public required IReadOnlyList<Window> Bottom { get; init; }

    public required LogitWeights Logits { get; init; }

    public required IReadOnlyList<NeuronWeight> Neurons { get; init; }

    public required IReadOnlyList<ContextScore> Contexts { get; init; }

    public required ContextScore? BestContext { get; init; }

    public required Provenance Provenance { get; init; }

    public static FeatureJson Of(DictionaryInfo dictionary, FeatureReport report, TokenBytes bytes) => new()
    {
        Id = $"{dictionary.Id}/{report.Index}",
        Index = report.Index,
        State = Urls.Word(report.State),
        Density = report.Density,
        Activations = report.Activations,
        Max = report.Max,
        Mean = report.Mean,
        EncoderBias = report.EncoderBias,
        EncoderDecoderCosine = report.EncoderDecoderCosine,
        Histogram = report.Histogram,
        LogHistogram = report.LogHistogram,
        Intervals = [.. report.IntervalExamples.Select(i => new Interval(i.Low, i.High, i.Count, Windows(i.Examples, bytes)))],
        Top = Windows(report.Top, bytes),
        TopFolded = report.TopFolded,
        Bottom = Windows(report.Bottom, bytes),
        Logits = new LogitWeights(Weights(report.Logits.Top, bytes), Weights(report.Logits.Bottom, bytes), report.Logits.Histogram),
        Neurons = report.Neurons,
        Contexts = report.Contexts,
        BestContext = report.BestContext,
        Provenance = dictionary.Provenance,
    };

    private static Window[] Windows(IReadOnlyList<Example> examples, TokenBytes bytes) =>
        [.. examples.Select(e => new Window(e.Position, e.Document, e.Domain, e.Centre, e.Activation, [.. e.Tokens.Select(t => TokenPieces.Text(t, bytes))], e.Tokens, e.Activations))];

    private static TokenText[] Weights(IReadOnlyList<TokenWeight> weights, TokenBytes bytes) =>
        [.. weights.Select(w => new TokenText(TokenPieces.Text(w.Token, bytes), w.Token, w.Weight))];

    /// <summary>Activations with low &lt; value ≤ high.</summary>
    public sealed record Interval(float Low, float High, long Count, IReadOnlyList<Window> Examples);

    /// <summary>An example: readable tokens, their ids, the activation on each.</summary>
    public sealed record Window(
        long Position, int Document, string? Domain, int Centre, float Activation, IReadOnlyList<string> Tokens, IReadOnlyList<int> Ids,
        IReadOnlyList<float> Activations);

    /// <summary>Logit weights: largest first, smallest first, and all of them.</summary>
    public sealed record LogitWeights(IReadOnlyList<TokenText> Top, IReadOnlyList<TokenText> Bottom, Histogram Histogram);

    /// <summary>A token and the weight on it.</summary>
    public sealed record TokenText(string Token, int Id, float Weight);
}
