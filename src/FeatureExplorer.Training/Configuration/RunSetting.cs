namespace FeatureExplorer.Training.Configuration;

/// <summary>One setting of a run as people see it.</summary>
/// <param name="Field">Its name in JSON; for a dictionary, within the dictionary.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Help">What it does, and what is usual.</param>
public sealed record RunSetting(string Field, string Label, string Help)
{
    /// <summary>The text of the corpus.</summary>
    public static IReadOnlyList<RunSetting> OfText { get; } =
    [
        new("keep", "Mixture", "The share of a domain's documents to keep, such as arabic=0.1,dna=0.1. Rare kinds of text make features that stand for one thing; common ones become neurons. Empty keeps all."),
        new("heldOutTokens", "Held-out tokens", "Text that nothing is trained on. Every figure and example on a page comes from it; at most a fifth of the corpus is held out."),
    ];

    /// <summary>The transformer.</summary>
    public static IReadOnlyList<RunSetting> OfModel { get; } =
    [
        new("model", "Name", "First part of the address of every feature: A in A/1/2357. A run with the same model settings as an earlier run adds dictionaries to that model."),
        new("transformer.tokens", "Tokens", "Text to train on. More tokens, clearer features: two million are a demo, 40 million a good model of this size."),
        new("transformer.vocabulary", "Vocabulary", "Token ids that the tokenizer learns, 257 to 65,536. A larger one makes tokens longer and the last matrix slower; 8,192 suits small models."),
        new("transformer.layers", "Layers", "One, as in the paper, keeps features readable from the text just before them."),
        new("transformer.dModel", "Width", "d_model: numbers in the residual stream for each token. 128 as in the paper."),
        new("transformer.dMlp", "Neurons", "d_mlp: neurons of each feed-forward layer, which dictionaries on mlp.post take apart. 512 as in the paper."),
        new("transformer.heads", "Heads", "Attention heads of a layer; they divide the width evenly."),
        new("transformer.context", "Context", "Tokens of a window: how far back the model can look."),
        new("transformer.batchWindows", "Windows of a step", "32 windows of 256 tokens make a step of 8,192 tokens."),
        new("transformer.learningRate", "Learning rate", "The highest one, after the warm-up; it then falls along a cosine. 0.005 is good for this size; wider models want less."),
        new("transformer.largestPasses", "Passes at most", "How often the training text may be seen. 1 never repeats a token; small corpora may need more."),
        new("seed", "Seed", "The same seed, corpus and settings give the same model, bit for bit. Another seed shows which features are universal."),
    ];

    /// <summary>What a dictionary is counted on.</summary>
    public static IReadOnlyList<RunSetting> OfIndex { get; } =
    [
        new("indexTokens", "Indexed tokens", "Held-out tokens of which every activation is kept. Rare features need many; each activation takes 4 bytes."),
        new("evaluationTokens", "Evaluated tokens", "Held-out tokens for the losses, explained variance and loss recovered."),
        new("formingShare", "Share for features while they form", "Time, as a share of a dictionary's training, that may go into showing its half-trained features. 0.05 is barely felt; 0 shows nothing before the end."),
    ];

    /// <summary>A dictionary, or several at once: the first three and the seed take lists.</summary>
    public static IReadOnlyList<RunSetting> OfDictionary { get; } =
    [
        new("features", "Features", "m: how many directions. Several numbers, separated by commas, make a dictionary of each size. 512 to 4,096 suit 512 neurons."),
        new("lambda", "λ", "Weight of the sparsity penalty, on activations scaled to the same length on every model: more λ, fewer features per token. A list makes one of each. Empty takes what suits the size."),
        new("k", "k", "For recipes that fix the number of active features per token; empty takes 32. A list makes one of each."),
        new("seeds", "Seeds", "Empty takes the run's. A list makes one of each."),
        new("samples", "Vectors", "Activation vectors to train on. Empty takes what suits the size: 2 million for 512 features, 10 million for 4,096."),
        new("batch", "Vectors of a step", "Empty takes 1,024, which beats larger batches at this scale: more steps."),
        new("learningRate", "Learning rate", "Empty takes what suits the size: 0.002 up to 1,024 features, 0.001 above."),
        new("lambdaWarmup", "λ warm-up", "Share of the steps over which λ rises from 0: features settle before sparsity presses, and fewer die. Empty takes what suits."),
        new("layer", "Layer", "Layer of the site, from 0."),
        new("name", "Name", "Second part of the address: 1 in A/1. Only for a single dictionary; otherwise they are numbered."),
    ];
}
