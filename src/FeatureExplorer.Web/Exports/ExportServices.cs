namespace FeatureExplorer.Web.Exports;

/// <summary>What writes dictionaries and models for other programs.</summary>
public static class ExportServices
{
    /// <summary>Adds it.</summary>
    public static IServiceCollection AddExports(this IServiceCollection services) =>
        services.AddSingleton<StandaloneHtml>().AddSingleton<NeuronpediaExport>().AddSingleton<CircuitTracerExport>().AddSingleton<ExportSelection>().AddSingleton<DictionaryExporter>();
}
