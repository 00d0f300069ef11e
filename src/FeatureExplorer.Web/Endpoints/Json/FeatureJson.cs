using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>Everything a feature's page shows.</summary>
public sealed record FeatureJson
{
    public required string Id { get; init; }

    public required int Index { get; init; }

    /// <summary>What the feature is called: people's label, else a sentence made from its figures.</summary>
    public required string Name { get; init; }

    /// <summary>Where the name comes from: "label" or "generated".</summary>
    public required string NameSource { get; init; }

    /// <summary>The site that its transcoder reads: "mlp.in.3"; null of an autoencoder's feature.</summary>
    public string? Reads { get; init; }

    /// <summary>The site that its transcoder writes, where its direction lies; null of an autoencoder's feature.</summary>
    public string? Writes { get; init; }

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

    /// <summary>Groups of examples of an imported feature; null for others, which have intervals.</summary>
    public required IReadOnlyList<Level>? Levels { get; init; }

    public required LogitWeights Logits { get; init; }

    public required IReadOnlyList<NeuronWeight> Neurons { get; init; }

    public required IReadOnlyList<ContextScore> Contexts { get; init; }

    public required ContextScore? BestContext { get; init; }

    /// <summary>What somebody says that it stands for, or null.</summary>
    public FeatureLabel? Label { get; init; }

    public required Provenance Provenance { get; init; }

    public static FeatureJson Of(FeatureView feature)
    {
        ArgumentNullException.ThrowIfNull(feature);
        var (dictionary, report, text) = (feature.Dictionary, feature.Report, feature.Text);
        return new FeatureJson
        {
            Id = $"{dictionary.Id}/{report.Index}",
            Index = report.Index,
            Name = feature.Name.Text,
            NameSource = Urls.Word(feature.Name.Source),
            Reads = dictionary.Origin?.Reads,
            Writes = dictionary.Origin?.Writes,
            State = Urls.Word(report.State),
            Density = report.Density,
            Activations = report.Activations,
            Max = report.Max,
            Mean = report.Mean,
            EncoderBias = report.EncoderBias,
            EncoderDecoderCosine = report.EncoderDecoderCosine,
            Histogram = report.Histogram,
            LogHistogram = report.LogHistogram,
            Intervals = [.. report.IntervalExamples.Select(i => new Interval(i.Low, i.High, i.Count, Windows(i.Examples, text)))],
            Top = Windows(report.Top, text),
            TopFolded = report.TopFolded,
            Bottom = Windows(report.Bottom, text),
            Levels = report.Levels?.Select(l => new Level(l.Name, l.Max, Windows(l.Examples, text))).ToArray(),
            Logits = new LogitWeights(Weights(report.Logits.Top, text), Weights(report.Logits.Bottom, text), report.Logits.Histogram),
            Neurons = report.Neurons,
            Contexts = report.Contexts,
            BestContext = report.BestContext,
            Provenance = dictionary.Provenance,
            Label = feature.GivenLabel,
        };
    }

    private static Window[] Windows(IReadOnlyList<Example> examples, TokenText text) =>
        [.. examples.Select(e => new Window(e.Position, e.Document, e.Domain, e.Centre, e.Activation, [.. e.Tokens.Select(text.Original)], e.Tokens, e.Activations,
            e.Repeated, e.Ablation is { } ablation ? Of(ablation, text) : null))];

    private static Ablation Of(ExampleAblation ablation, TokenText text) => new(
        ablation.LossEffect, [.. ablation.Falling.Select(f => Weights(f, text))], [.. ablation.Rising.Select(r => Weights(r, text))], ablation.ErrorEffect);

    private static WeightedToken[] Weights(IReadOnlyList<TokenWeight> weights, TokenText text) =>
        [.. weights.Select(w => new WeightedToken(text.Original(w.Token), w.Token, w.Weight))];

    /// <summary>Activations with low &lt; value ≤ high.</summary>
    public sealed record Interval(float Low, float High, long Count, IReadOnlyList<Window> Examples);

    /// <summary>An example: readable tokens, their ids, the activation on each.</summary>
    public sealed record Window(
        long Position, int Document, string? Domain, int Centre, float Activation, IReadOnlyList<string> Tokens, IReadOnlyList<int> Ids,
        IReadOnlyList<float> Activations, bool Repeated, Ablation? Ablation);

    /// <summary>Examples near a level of an imported feature.</summary>
    public sealed record Level(string Name, float Max, IReadOnlyList<Window> Examples);

    /// <summary>What an imported example says of the feature's removal, token by token: see <see cref="ExampleAblation"/>.</summary>
    public sealed record Ablation(
        IReadOnlyList<float> LossEffect, IReadOnlyList<IReadOnlyList<WeightedToken>> Falling, IReadOnlyList<IReadOnlyList<WeightedToken>> Rising,
        IReadOnlyList<float>? ErrorEffect);

    /// <summary>Logit weights: largest first, smallest first, and all of them.</summary>
    public sealed record LogitWeights(IReadOnlyList<WeightedToken> Top, IReadOnlyList<WeightedToken> Bottom, Histogram Histogram);

    /// <summary>A token and the weight on it.</summary>
    public sealed record WeightedToken(string Token, int Id, float Weight);
}
