using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Dictionaries.Evaluation;

namespace FeatureExplorer.Analysis.Reproduction;

/// <summary>What is known of a dictionary that the paper's claims are held against.</summary>
public sealed record ReproductionFigures
{
    /// <summary>Name of the dictionary: "A/1".</summary>
    public required string Id { get; init; }

    /// <summary>Its model: "A".</summary>
    public required string Model { get; init; }

    /// <summary>Whether it was imported from published files, which do not hold everything.</summary>
    public required bool Imported { get; init; }

    public required DictionaryMetrics Metrics { get; init; }

    /// <summary>m.</summary>
    public required int Features { get; init; }

    public required int Dead { get; init; }

    public required int Ultralow { get; init; }

    /// <summary>Tokens that its features were counted on.</summary>
    public required long Tokens { get; init; }

    /// <summary>The density below which a feature that fires is ultralow.</summary>
    public required double UltralowLimit { get; init; }

    /// <summary>The density of a feature that fires once.</summary>
    public required double Resolution { get; init; }

    /// <summary>Features that fire with a density below the paper's threshold; null where the tokens are too few to tell.</summary>
    public required int? PaperUltralow { get; init; }

    public required IReadOnlyList<ContextInfo> Contexts { get; init; }

    /// <summary>Best feature and best neuron of every context.</summary>
    public required IReadOnlyList<ContextSummary> ContextSummaries { get; init; }

    /// <summary>All its features taken together.</summary>
    public required DictionarySurvey Survey { get; init; }

    /// <summary>The same of the model's neurons; null where they have not been measured.</summary>
    public DictionarySurvey? NeuronSurvey { get; init; }

    /// <summary>By level, highest first: the activations of the best feature for Arabic script, and those inside. Null without such a feature.</summary>
    public IReadOnlyList<ContextLevel>? ArabicLevels { get; init; }

    /// <summary>How well the features are found again in another model; null where that has not been measured.</summary>
    public FoundAgain? FeaturesElsewhere { get; init; }

    /// <summary>The same of the model's neurons.</summary>
    public FoundAgain? NeuronsElsewhere { get; init; }

    /// <summary>By context: the best feature's best match in <see cref="FeaturesElsewhere"/>.</summary>
    public IReadOnlyDictionary<string, UnitMatch> Counterparts { get; init; } = new Dictionary<string, UnitMatch>();

    /// <summary>Whether another model has a dictionary on the same corpus.</summary>
    public required bool SecondModel { get; init; }

    /// <summary>What removing features does; null where that has not been measured.</summary>
    public AblationSurvey? Ablations { get; init; }

    /// <summary>What a reader sees of a context's name.</summary>
    public string TitleOf(string context) => Contexts.FirstOrDefault(c => c.Name == context)?.Title ?? context;

    /// <summary>The unit that detects a context best, or null.</summary>
    public ContextDetector? Best(string context) => ContextSummaries.FirstOrDefault(s => s.Context.Name == context)?.Feature;
}
