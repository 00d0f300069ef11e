using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Demo;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Stages;
using FeatureExplorer.Web.Corpora;

namespace FeatureExplorer.Web.Components.NewRuns;

/// <summary>Whether a run's mixture names domains that its corpus has; the run itself would only find out once it reads the text.</summary>
public static class MixtureCheck
{
    /// <summary>What is wrong, at the field keep. Nothing is said of a corpus whose domains are not known.</summary>
    /// <param name="form">The form for the run.</param>
    /// <param name="corpora">Those that were added.</param>
    public static IEnumerable<RunProblem> Of(RunForm form, CorpusStore corpora)
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(corpora);
        if (form.Value("keep").Length == 0 || Domains(form.Value("corpus"), corpora) is not { } domains)
        {
            return [];
        }

        try
        {
            return Mixture.Parse(form.Value("keep")).UnknownDomains(domains) is { Count: > 0 } unknown ? [new RunProblem("keep", $"Mixture: {Mixture.Unknown(unknown, domains)}.")] : [];
        }
        catch (ArgumentException)
        {
            // The settings' own checks say so.
            return [];
        }
    }

    private static IReadOnlyCollection<string>? Domains(string corpus, CorpusStore corpora) =>
        corpus.Length == 0 ? [.. DemoCorpus.Domains]
        : CorpusFolder.Added(corpus) is { } name && corpora.Find(name) is { State: CorpusState.Ready } added && added.Domains.Count < CorpusScan.MostDomains ? [.. added.Domains.Select(static d => d.Name)]
        : null;
}
