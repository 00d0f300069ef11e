using System.Text.Json.Serialization;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Features;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>A published dictionary and its quality.</summary>
public sealed record DictionaryInfo : DictionaryDraft
{
    /// <summary>Copies a draft and adds what was counted over its features.</summary>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal DictionaryInfo(DictionaryDraft draft, FeatureTally tally)
        : base(draft)
    {
        Dead = tally.Dead;
        Ultralow = tally.Ultralow;
        DensitySpectrum = tally.DensitySpectrum();
        Survey = tally.Survey();
        ContextSummaries = tally.Summaries(draft.Contexts, draft.BestNeurons);
    }

    /// <summary>For reading back.</summary>
    [JsonConstructor]
    public DictionaryInfo()
    {
    }

    /// <summary>Features that never fire on the held-out tokens.</summary>
    public required int Dead { get; init; }

    /// <summary>Features that fire on fewer than <see cref="FeatureReport.UltralowDensity"/> of them, or hardly ever.</summary>
    public required int Ultralow { get; init; }

    /// <summary>Number of features by log10 density; dead features have none.</summary>
    public required Histogram DensitySpectrum { get; init; }

    /// <summary>Best feature and best neuron of every context.</summary>
    public required IReadOnlyList<ContextSummary> ContextSummaries { get; init; }

    /// <summary>What holds of all features taken together; null for dictionaries published before it was counted: <see cref="SurveyStore"/> counts it for those.</summary>
    public DictionarySurvey? Survey { get; init; }

    /// <summary>Changes with every publication, also of the same name: part of cache keys. Not stored in the JSON.</summary>
    [JsonIgnore]
    public long Stamp { get; init; }

    /// <summary>Features that are neither dead nor ultralow.</summary>
    public int Live => Features - Dead - Ultralow;

    /// <summary>The smallest density that a feature which fires can have: one activation.</summary>
    public double Resolution => 1.0 / Provenance.Tokens;

    /// <summary>The context of a name, or null.</summary>
    public ContextInfo? FindContext(string? name) => Contexts.FirstOrDefault(c => c.Name == name);

    /// <summary>What a reader sees of a context's name.</summary>
    public string TitleOf(string name) => FindContext(name)?.Title ?? name;

    /// <summary>Name of the entry that a context belongs to in lists (<see cref="ContextTwins"/>).</summary>
    public string EntryOf(string name) => ContextTwins.EntryOf(Contexts, name);

    /// <summary>What lists show of a context: the title of its entry.</summary>
    public string EntryTitleOf(string name) => TitleOf(EntryOf(name));

    /// <summary>The same dictionary with the titles of contexts that readers see today, whatever program published it.</summary>
    internal DictionaryInfo Titled() => this with
    {
        Contexts = [.. Contexts.Select(ContextTitles.Titled)],
        ContextSummaries = [.. ContextSummaries.Select(static summary => summary with { Context = ContextTitles.Titled(summary.Context) })],
    };
}
