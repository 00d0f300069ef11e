using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Names;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Corpora;
using FeatureExplorer.Web.Devices;
using FeatureExplorer.Web.Endpoints;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Imports;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Web.Runs;

/// <summary>Registers everything that trains.</summary>
public static class TrainingServices
{
    /// <summary>Adds the queue, its service and the monitor.</summary>
    public static IServiceCollection AddTraining(this IServiceCollection services, ExplorerOptions settings, bool demo)
    {
        services.AddSingleton(settings.Training);
        services.AddSingleton(settings.Fetch);
        services.AddSingleton(new DemoChoice(demo));
        services.AddSingleton<IComputeDevices>(new TorchComputeDevices(settings));
        services.AddSingleton<CardMemory>();
        services.AddSingleton<RunMonitor>();
        services.AddSingleton<RunNames>();
        services.AddSingleton<RunQueue>();
        services.AddSingleton<RunEstimator>();
        services.AddSingleton<RunLeftovers>();
        services.AddSingleton<RunActs>();
        services.AddSingleton<RunFeed>();
        services.AddSingleton<RunListing>();
        services.AddSingleton<DictionarySites>();
        services.AddSingleton<RunUpdates>();
        services.AddSingleton<CorpusLibrary>();
        services.AddSingleton<ReceivedFiles>();
        services.AddSingleton<ImportFetches>();
        services.AddSingleton<ImportDesk>();
        services.AddHostedService<RunQueueService>();
        return services;
    }
}
