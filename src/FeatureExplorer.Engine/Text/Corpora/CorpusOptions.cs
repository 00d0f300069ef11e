using System.Text.Json.Serialization;
using FeatureExplorer.Engine.Text.Tokenizer;

namespace FeatureExplorer.Engine.Text.Corpora;

/// <summary>How a corpus is tokenised and divided.</summary>
public sealed record CorpusOptions
{
    /// <summary>257 … 65,536 ids; a small corpus may give fewer.</summary>
    public int VocabularySize { get; init; } = 8192;

    /// <summary>The tokenizer of the model that the corpus is for; null where one is learned from the corpus, of <see cref="VocabularySize"/> ids.</summary>
    [JsonIgnore]
    public ITokenizer? Tokenizer { get; init; }

    /// <summary>Tells corpora apart that other tokenizers encode.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TokenizerHash => Tokenizer?.Hash;

    /// <summary>Decides which documents are held out and the order of documents within a split.</summary>
    public ulong Seed { get; init; }

    /// <summary>The share of each domain's documents that is used at all.</summary>
    public Mixture Keep { get; init; } = Mixture.Everything;

    /// <summary>Tokens to hold out, if the corpus is large enough …</summary>
    public long HeldOutTokens { get; init; } = 2_200_000;

    /// <summary>… and the share of all tokens that is held out at least …</summary>
    public double HeldOutShare { get; init; } = 0.05;

    /// <summary>… and at most.</summary>
    public double LargestHeldOutShare { get; init; } = 0.2;

    /// <summary>The tokenizer learns from so many bytes of each domain, evenly drawn; from more when there are few domains.</summary>
    public int SampleBytesPerDomain { get; init; } = 300_000;

    /// <summary>With fewer held-out tokens a corpus is of no use, and is not built. It decides nothing about a corpus that is.</summary>
    [JsonIgnore]
    public long FewestHeldOutTokens { get; init; } = 1;

    /// <summary>Tokens to hold out of <paramref name="tokens"/>.</summary>
    internal long HeldOutOf(long tokens) => (long)Math.Min(LargestHeldOut(tokens), Math.Max(HeldOutShare * tokens, HeldOutTokens));

    internal long LargestHeldOut(long tokens) => (long)(LargestHeldOutShare * tokens);

    /// <exception cref="ArgumentException">A value makes no sense.</exception>
    internal void Check()
    {
        if (VocabularySize is < ByteLevelTokenizer.SmallestVocabulary or > ByteLevelTokenizer.LargestVocabulary)
        {
            throw new ArgumentException($"the vocabulary must have {ByteLevelTokenizer.SmallestVocabulary} to {ByteLevelTokenizer.LargestVocabulary} ids, not {VocabularySize}");
        }

        if (!(HeldOutShare >= 0 && LargestHeldOutShare > 0 && LargestHeldOutShare < 1 && HeldOutShare <= LargestHeldOutShare))
        {
            throw new ArgumentException($"the held-out share must be between 0 and the largest one, and that one below 1: {HeldOutShare}, {LargestHeldOutShare}");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(HeldOutTokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(SampleBytesPerDomain, 1);
    }
}
