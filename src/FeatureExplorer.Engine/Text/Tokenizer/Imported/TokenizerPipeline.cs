namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>All that turns a text into ids: added tokens, normalizers, steps of cutting, pairs. Immutable.</summary>
/// <param name="Raw">Added tokens that are looked for in the text as it is.</param>
/// <param name="Normalizers">What changes the text between the added tokens.</param>
/// <param name="Changed">Added tokens that are looked for in the changed text.</param>
/// <param name="Steps">What cuts the text between them.</param>
/// <param name="Model">What happens within a piece.</param>
internal sealed record TokenizerPipeline(AddedTokens Raw, IReadOnlyList<INormalizer> Normalizers, AddedTokens Changed, IReadOnlyList<PreTokenizerStep> Steps, PairModel Model);
