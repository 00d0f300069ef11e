using FeatureExplorer.Analysis;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Models;

/// <summary>The facts of a model, each with its name, as its page shows them; what is not known is left out.</summary>
public static class ModelFacts
{
    /// <summary>Sizes and architecture.</summary>
    public static IReadOnlyList<(string Name, string Value)> Architecture(ModelView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var info = view.Info;
        List<(string, string?)> facts =
        [
            ("Family", info.Origin?.Family ?? (info.ControlOf is null ? "trained here" : null)),
            ("Parameters", view.Parameters is { } parameters ? Show.Amount(parameters) : null),
            ("Layers", Show.Count(info.Layers)),
            ("Width (d_model)", Show.Count(info.DModel)),
            ("Heads", view.Config is { } sized ? $"{Show.Count(info.Heads)}, {Show.Counted(sized.HeadSize, "coordinate")} each" : Show.Count(info.Heads)),
            ("Neurons of a layer (d_mlp)", Show.Count(info.DMlp)),
        ];
        if (view.Config is { } config)
        {
            var a = config.Architecture;
            facts.AddRange([
                ("Function of the neurons", ArchitectureText.Neurons(a)), ("Normalisation", ArchitectureText.Norm(a)), ("Positions", ArchitectureText.Positions(config)),
                ("Attention sees", ArchitectureText.Attention(config)), ("Attention and neurons", ArchitectureText.Halves(a)), ("Unembedding", ArchitectureText.Unembedding(a))]);
        }

        facts.Add(("Seed", info.Origin is null ? $"{info.Seed}" : null));
        return Known(facts);
    }

    /// <summary>Tokens and text.</summary>
    public static IReadOnlyList<(string Name, string Value)> Text(ModelView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var info = view.Info;
        return Known(
        [
            ("Tokenizer", view.Tokenizer),
            ("Vocabulary", Show.Counted(info.Vocabulary, "token id")),
            ("Window", Show.Counted(info.Context, "token") + (info.Origin?.LongestContext > info.Context ? $"; the model takes up to {Show.Count(info.Origin.LongestContext)}" : null)),
            ("Before every window", info.Origin?.StartToken),
            ("Corpus", view.Corpus is { } corpus ? Split(corpus) : info.CorpusSummary),
            ("Hash of the corpus", info.CorpusHash.Length > 12 ? info.CorpusHash[..12] : info.CorpusHash),
            ("Trained on", info is { ControlOf: null, Origin: null } ? $"{Show.Amount(info.TrainingTokens)} tokens ({Show.Amount(info.TokensPerSecond)} per second)" : null),
        ]);
    }

    /// <summary>The sites that a dictionary or a transcoder of the model may read.</summary>
    public static string Possible(ModelInfo model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var layers = model.Layers == 1 ? "layer 0" : $"layers 0 to {model.Layers - 1}";
        return $"A dictionary can read {Wording.Listed(Site.KindNames)} of {layers}; a transcoder can read {Wording.Listed(Site.TranscoderKindNames)} and writes mlp.out.";
    }

    private static string Split(CorpusSummary corpus) =>
        $"{Show.Counted(corpus.Domains.Count, "domain")}; {Show.Amount(corpus.Training.Tokens)} tokens to train on, {Show.Amount(corpus.HeldOut.Tokens)} held out";

    private static IReadOnlyList<(string Name, string Value)> Known(IEnumerable<(string Name, string? Value)> facts) =>
        [.. facts.Where(static fact => !string.IsNullOrEmpty(fact.Value)).Select(static fact => (fact.Name, fact.Value!))];
}
