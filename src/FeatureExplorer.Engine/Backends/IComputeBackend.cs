using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Training;

namespace FeatureExplorer.Engine.Backends;

/// <summary>
/// Where the arithmetic of training and indexing happens. The rules (schedules, order of windows and samples, initialisation, dead features, resampling,
/// divergence, metrics, checkpoints) are the engine's and the same for all. Everything it makes belongs to the caller and serves one thread at a time.
/// </summary>
public unsafe interface IComputeBackend : IDisposable
{
    /// <summary>What it is.</summary>
    BackendInfo Info { get; }

    /// <summary>Speed of a matrix product in its precision, in 10⁹ operations per second; takes a fraction of a second.</summary>
    double MeasureProduct();

    /// <summary>Room for vectors, zeros.</summary>
    /// <param name="count">Number of vectors.</param>
    /// <param name="width">Numbers of each.</param>
    Rows Rows(int count, int width);

    /// <summary>Vectors of the host's memory, which stays as it is while they are in use: copied to a device, or read where they are.</summary>
    /// <param name="host">[count, width], not owned.</param>
    /// <param name="count">Number of vectors.</param>
    /// <param name="width">Numbers of each.</param>
    Rows Rows(float* host, int count, int width);

    /// <summary>Dot products of some vectors with all of others, in float32 whatever the precision.</summary>
    /// <param name="left">The one set.</param>
    /// <param name="first">First vector of it.</param>
    /// <param name="count">Number of vectors of it.</param>
    /// <param name="right">The others, of the same width.</param>
    /// <param name="products">Receives [count, vectors of <paramref name="right"/>], on the host.</param>
    void DotProducts(Rows left, int first, int count, Rows right, float* products);

    /// <summary>A shuffle buffer of vectors in half precision, filled from a model's site.</summary>
    /// <param name="runner">Runs the model; owned from now on.</param>
    /// <param name="site">Where the vectors come from.</param>
    /// <param name="inputs">n: width of a vector.</param>
    /// <param name="capacity">Vectors that it holds.</param>
    /// <param name="maxRows">Most vectors of one forward pass.</param>
    IVectorStore VectorStore(IModelRunner runner, Site site, int inputs, int capacity, int maxRows);

    /// <summary>Forward passes of a model.</summary>
    /// <param name="model">Not owned.</param>
    /// <param name="maxWindows">Most windows of a call.</param>
    IModelRunner ModelRunner(TransformerModel model, int maxWindows);

    /// <summary>Training steps of a model.</summary>
    /// <param name="model">Where it starts, and where <see cref="ITransformerStep.Publish"/> puts what has been learnt; not owned.</param>
    /// <param name="options">How it is trained.</param>
    ITransformerStep TransformerStep(TransformerModel model, TransformerTrainingOptions options);

    /// <summary>Training steps of a dictionary, all parameters 0.</summary>
    /// <param name="inputs">n.</param>
    /// <param name="maxRows">Most vectors of a batch.</param>
    /// <param name="variant">Its kind; the step tells it of what it chose (<see cref="DictionaryVariant.Selected"/>).</param>
    IDictionaryStep DictionaryStep(int inputs, int maxRows, DictionaryVariant variant);

    /// <summary>The encoder and decoder of a finished dictionary.</summary>
    /// <param name="dictionary">Not owned.</param>
    /// <param name="maxRows">Most vectors of a call.</param>
    IDictionaryEncoder DictionaryEncoder(SparseAutoencoder dictionary, int maxRows);
}
