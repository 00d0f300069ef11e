namespace FeatureExplorer.Web.Exports;

/// <summary>What a dictionary or its model can be written as, for other programs.</summary>
public enum ExportFormat
{
    /// <summary>A folder of SAELens 6.</summary>
    SaeLens,

    /// <summary>dictionary_learning's ae.pt and config.json.</summary>
    DictionaryLearning,

    /// <summary>The model, as Hugging Face's transformers opens it.</summary>
    HuggingFaceModel,

    /// <summary>Neuronpedia's bulk files and upload batches.</summary>
    Neuronpedia,

    /// <summary>circuit-tracer's features_dir.</summary>
    CircuitTracer,

    /// <summary>One page that opens without a network.</summary>
    Html,

    /// <summary>Tables as Parquet files.</summary>
    Parquet,

    /// <summary>Tables as comma-separated values.</summary>
    Csv,
}
