using FeatureExplorer.Web.Models;
using FeatureExplorer.Web.Steering;
using FeatureExplorer.Web.Systems;
using FeatureExplorer.Web.Texts;

namespace FeatureExplorer.Web.Features;

/// <summary>What the reading pages ask.</summary>
public static class ReadingServices
{
    /// <summary>Adds it.</summary>
    public static IServiceCollection AddReading(this IServiceCollection services) => services.AddSingleton<EvidenceReader>().AddSingleton<FeatureNeighbourReader>().AddSingleton<ExampleReader>()
        .AddSingleton<SteeringService>().AddSingleton<SplittingViews>().AddSingleton<MapViews>().AddSingleton<SiteComparisons>().AddSingleton<LogitSides>().AddSingleton<TextService>().AddSingleton<ModelReader>();
}
