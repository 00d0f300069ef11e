using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Storage.Reproduction;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Storage.Search;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FeatureExplorer.Storage;

/// <summary>Registers the stores of one data folder.</summary>
public static class StorageServices
{
    /// <summary>Adds the opened database and everything that reads or writes it.</summary>
    public static IServiceCollection AddFeatureStorage(this IServiceCollection services, FeatureDatabase database)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(database);
        services.AddSingleton(database.Folder);
        services.AddSingleton<FeatureStore>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<RunHistory>();
        services.AddSingleton<CorpusStore>();
        services.AddSingleton<RunWriter>();
        services.AddSingleton<PublishedImport>();
        services.AddSingleton<SurveyStore>();
        services.AddSingleton<FormationHistories>();
        services.AddSingleton<LabelStore>();
        services.AddSingleton<ModelControls>();
        services.AddSingleton<ControlMarks>();
        services.AddSingleton<ReproductionReader>();
        services.AddSingleton<RelationStore>();
        services.AddSingleton<AblationStore>();
        services.AddSingleton<SteeringStore>();
        services.AddSingleton<AblationSurveys>();
        services.AddSingleton<AutomataStore>();
        services.AddSingleton<SplittingStore>();
        services.AddSingleton<SplittingReader>();
        services.AddSingleton<MapStore>();
        services.AddSingleton<LogitUpdateStore>();
        services.AddSingleton<UnitComparer>();
        services.AddSingleton<ExplorerData>();
        services.AddSingleton<DensitySpectra>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<AuditStore>();
        services.AddSingleton<SavedContexts>();
        services.AddSingleton<Explorations>();
        services.AddSingleton<LiveModels>();
        services.AddSingleton<FeatureSearch>();
        services.AddSingleton<ContextScores>();
        services.AddSingleton<FeatureNames>();
        services.AddSingleton<FeatureCatalog>();
        services.AddSingleton<ContentVersion>();
        return services;
    }
}
