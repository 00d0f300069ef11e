using FeatureExplorer.Analysis.Statistics;

namespace FeatureExplorer.Analysis.Imports;

/// <summary>Turns a published feature into the report that pages show; what the files do not hold is NaN or empty.</summary>
internal static class PublishedReport
{
    private const string TopName = "Top Activations";
    private const string BottomName = "Bottom Activations";

    public static FeatureReport Of(PublishedFeature feature, PublishedVocabulary vocabulary)
    {
        var figures = feature.Statistics;
        return new FeatureReport
        {
            Index = feature.Index,
            State = figures.Density == 0 ? FeatureState.Dead : figures.Density < PublishedFeatures.UltralowDensity ? FeatureState.Ultralow : FeatureState.Live,
            Activations = (long)Math.Round(figures.Density * PublishedFeatures.Tokens),
            Density = figures.Density,
            Max = (float)figures.Max,
            Mean = double.NaN,
            EncoderBias = float.NaN,
            EncoderDecoderCosine = float.NaN,
            Histogram = Histogram(feature.ActivationCounts, feature.ActivationEdges),
            LogHistogram = new Histogram([], []),
            IntervalExamples = [],
            Top = Group(feature, TopName, vocabulary),
            TopFolded = 0,
            Bottom = Group(feature, BottomName, vocabulary),
            Levels = [.. feature.Groups.Where(g => g.Name is not (TopName or BottomName)).Select(g => new ExampleLevel(g.Name, (float)g.Max, Examples(g, vocabulary)))],
            Logits = Logits(feature, vocabulary),
            Neurons = [.. figures.Neurons.Select((neuron, i) => new NeuronWeight(neuron, (float)figures.NeuronWeights[i], (float)figures.NeuronShares[i]))],
            Contexts = [],
        };
    }

    private static Histogram Histogram(IReadOnlyList<double> counts, IReadOnlyList<double> edges) =>
        counts.Count == 0 ? new Histogram([], []) : new Histogram([.. edges.Select(e => (float)e)], [.. counts.Select(c => (long)c)]);

    private static LogitWeightSummary Logits(PublishedFeature feature, PublishedVocabulary vocabulary)
    {
        var histogram = Histogram(feature.LogitCounts, feature.LogitEdges);
        // The files end with the most negative weight; reports begin with it.
        return feature.LogitEffects is { } effects
            ? new LogitWeightSummary(Weights(effects.Positives, vocabulary), Weights([.. effects.Negatives.Reverse()], vocabulary), histogram)
            : new LogitWeightSummary([], [], histogram);
    }

    private static TokenWeight[] Weights(IReadOnlyList<PublishedFeature.TokenEffect> effects, PublishedVocabulary vocabulary) =>
        [.. effects.Select(e => new TokenWeight(vocabulary.Id(e.Token), (float)e.Weight))];

    private static Example[] Group(PublishedFeature feature, string name, PublishedVocabulary vocabulary) =>
        [.. feature.Groups.Where(g => g.Name == name).SelectMany(g => Examples(g, vocabulary))];

    private static Example[] Examples(PublishedFeature.Group group, PublishedVocabulary vocabulary) =>
        [.. group.Examples.Select(e => Example(e, vocabulary))];

    private static Example Example(PublishedFeature.Window window, PublishedVocabulary vocabulary) => new(
        window.Datapoint, -1, null, window.Centre, [.. window.Tokens.Select(vocabulary.Id)], [.. window.Activations.Select(a => (float)a)])
    {
        Repeated = window.Repeated != 0,
        Ablation = window.Ablations is { } ablations ? Ablation(ablations, vocabulary) : null,
    };

    private static ExampleAblation Ablation(PublishedFeature.Ablations ablations, PublishedVocabulary vocabulary)
    {
        var positions = Enumerable.Range(0, ablations.Loss.Count).ToArray();
        return new ExampleAblation(
            [.. ablations.Loss.Select(l => (float)l)],
            [.. positions.Select(p => Changes(ablations.FallingTokens, ablations.FallingValues, p, vocabulary))],
            [.. positions.Select(p => Changes(ablations.RisingTokens, ablations.RisingValues, p, vocabulary))],
            ablations.ErrorLoss is { } error ? [.. error.Select(l => (float)l)] : null);
    }

    // Where the feature did not fire on the token before, all changes are zero and the tokens mean nothing.
    private static TokenWeight[] Changes(
        IReadOnlyList<IReadOnlyList<string>> tokens, IReadOnlyList<IReadOnlyList<double>> values, int position, PublishedVocabulary vocabulary) =>
        values.All(v => v[position] == 0)
            ? []
            : [.. tokens.Select((rank, r) => new TokenWeight(vocabulary.Id(rank[position]), (float)values[r][position]))];
}
