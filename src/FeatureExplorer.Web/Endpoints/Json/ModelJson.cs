using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>A model as the API and the command line tell of it.</summary>
public sealed record ModelJson(
    string Name, double HeldOutLoss, long Tokens, double TokensPerSecond, int Layers, int DModel, int DMlp, int Heads, int Context, int Vocabulary,
    long Seed, string Corpus, string? Note, string? ControlOf)
{
    /// <summary>What it was imported from; null for one that was trained here.</summary>
    public ModelOrigin? Origin { get; init; }

    public static ModelJson Of(ModelInfo model) => new(
        model.Name, model.HeldOutLoss, model.TrainingTokens, model.TokensPerSecond, model.Layers, model.DModel, model.DMlp, model.Heads, model.Context,
        model.Vocabulary, model.Seed, model.CorpusSummary, model.Note, model.ControlOf)
    { Origin = model.Origin };
}
