namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>The files of a tokenised corpus within its folder.</summary>
internal static class CorpusFiles
{
    public const string Summary = "corpus.json";
    public const string Tokenizer = "tokenizer.json";
    public const string TrainingTokens = "training.tokens";
    public const string TrainingDocuments = "training.documents";
    public const string HeldOutTokens = "held-out.tokens";
    public const string HeldOutDocuments = "held-out.documents";
    public const string Counts = "training.counts";

    public static readonly string[] All = [Summary, Tokenizer, TrainingTokens, TrainingDocuments, HeldOutTokens, HeldOutDocuments, Counts];
}
