using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Planted;

/// <summary>
/// A trained dictionary beside the planted one, by the cosines of their directions. A feature points at a planted one from
/// <see cref="PointsAt"/> on. Two planted directions that share a feature lie at about 0.7 from it, so that one from <see cref="Leans"/> on
/// counts as a part of it.
/// </summary>
public sealed unsafe class PlantedComparison
{
    /// <summary>Cosine from which a feature points at a planted one.</summary>
    public const double PointsAt = 0.9;

    /// <summary>Cosine from which a planted feature is a part of one that stands for several.</summary>
    public const double Leans = 0.5;

    private const int RowsPerRead = 1024;

    private PlantedComparison(IReadOnlyList<PlantedFeatureResult> features, double l0, double explainedVariance, int dead) =>
        (Features, L0, ExplainedVariance, Dead) = (features, l0, explainedVariance, dead);

    /// <summary>One for each planted feature, the most frequent first.</summary>
    public IReadOnlyList<PlantedFeatureResult> Features { get; }

    /// <summary>Mean number of active features of the trained dictionary.</summary>
    public double L0 { get; }

    /// <summary>1 − Σ ‖x − x̂‖² / Σ ‖x − x̄‖².</summary>
    public double ExplainedVariance { get; }

    /// <summary>Trained features that never fire on the vectors that were compared.</summary>
    public int Dead { get; }

    /// <summary>Mean of the cosines of the planted features with the nearest trained one (Sharkey, Braun and Millidge 2022: mean max cosine similarity).</summary>
    public double MeanBestCosine => Features.Average(static f => f.Cosine);

    /// <summary>Number of planted features with an outcome.</summary>
    public int Count(PlantedOutcome outcome) => Features.Count(f => f.Outcome == outcome);

    /// <summary>Compares them on vectors that training has not seen.</summary>
    /// <param name="truth">The planted dictionary.</param>
    /// <param name="dictionary">The trained one; its width is that of the planted one.</param>
    /// <param name="first">Number of the first vector.</param>
    /// <param name="vectors">How many, at least 2.</param>
    /// <param name="cancellation">Looked at between batches of vectors.</param>
    /// <exception cref="ArgumentException">The widths differ.</exception>
    public static PlantedComparison Of(PlantedDictionary truth, SparseAutoencoder dictionary, long first, int vectors, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentOutOfRangeException.ThrowIfLessThan(vectors, 2);
        if (dictionary.Inputs != truth.Settings.Inputs)
        {
            throw new ArgumentException($"The dictionary reads vectors of width {dictionary.Inputs}; the planted ones have {truth.Settings.Inputs}.");
        }

        var cosines = Cosines(truth, dictionary);
        var nearest = Enumerable.Range(0, truth.Settings.Features).Select(i => Nearest(cosines, i, dictionary.Features)).ToArray();
        var sums = new PlantedSums(truth.Settings.Features, dictionary.Features, nearest);
        Measure(truth, dictionary, first, vectors, sums, cancellation);
        var results = nearest
            .Select((feature, planted) => new PlantedFeatureResult(
                planted, truth.Probability(planted), Outcome(cosines, planted, feature, dictionary.Features), feature,
                feature < 0 ? 0 : cosines[(planted * dictionary.Features) + feature], feature < 0 ? 0 : sums.Correlation(planted)))
            .ToList();
        return new PlantedComparison(results, sums.L0, sums.ExplainedVariance, sums.Dead);
    }

    /// <summary>[planted, m]: cosines of the planted directions with the rows of W_dec; 0 for a row of zeros.</summary>
    private static float[] Cosines(PlantedDictionary truth, SparseAutoencoder dictionary)
    {
        var m = dictionary.Features;
        var cosines = new float[checked((long)truth.Settings.Features * m)];
        WorkerPool.For(m, (feature, _) =>
        {
            var row = dictionary.DecoderRow(feature);
            var norm = TensorPrimitives.Norm<float>(row);
            for (var i = 0; i < truth.Settings.Features && norm > 0; i++)
            {
                cosines[(i * m) + feature] = TensorPrimitives.Dot<float>(truth.Direction(i), row) / norm;
            }
        });
        return cosines;
    }

    private static int Nearest(float[] cosines, int planted, int m)
    {
        var best = TensorPrimitives.IndexOfMax<float>(cosines.AsSpan(planted * m, m));
        return cosines[(planted * m) + best] > 0 ? best : -1;
    }

    private static PlantedOutcome Outcome(float[] cosines, int planted, int nearest, int m)
    {
        if (nearest < 0)
        {
            return PlantedOutcome.Missed;
        }

        var pointing = 0;
        foreach (var cosine in cosines.AsSpan(planted * m, m))
        {
            pointing += cosine >= PointsAt ? 1 : 0;
        }

        if (pointing > 0)
        {
            return pointing == 1 ? PlantedOutcome.Matched : PlantedOutcome.Split;
        }

        var parts = 0;
        for (var i = nearest; i < cosines.Length; i += m)
        {
            parts += cosines[i] >= Leans ? 1 : 0;
        }

        return cosines[(planted * m) + nearest] >= Leans && parts > 1 ? PlantedOutcome.Merged : PlantedOutcome.Missed;
    }

    private static void Measure(
        PlantedDictionary truth, SparseAutoencoder dictionary, long first, int vectors, PlantedSums sums, CancellationToken cancellation)
    {
        var n = dictionary.Inputs;
        using var x = new FloatBuffer((long)RowsPerRead * n);
        using var decoded = new FloatBuffer((long)RowsPerRead * n);
        var planted = new float[RowsPerRead * truth.Settings.Features];
        var active = new SparseActivations();
        for (var done = 0; done < vectors; done += RowsPerRead)
        {
            cancellation.ThrowIfCancellationRequested();
            var (from, rows) = (first + done, Math.Min(RowsPerRead, vectors - done));
            WorkerPool.For(rows, (row, _) => truth.Vector(
                from + row, x.Span((long)row * n, n), planted.AsSpan(row * truth.Settings.Features, truth.Settings.Features)));
            dictionary.Encode(x.Pointer, rows, active);
            dictionary.Decode(active, decoded.Pointer);
            sums.Add(x, decoded, n, rows, planted, active);
        }
    }
}
