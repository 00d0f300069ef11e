using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>
/// How much of a direction nothing reads. The neurons of a layer act through W_down alone: a direction d of <c>mlp.post</c> with d W_down = 0 changes nothing, so
/// its share is ‖d − its projection onto the columns of W_down‖² / ‖d‖². At the other sites all of a direction is read.
/// </summary>
public sealed unsafe class NullSpace
{
    private readonly double[][] _read;
    private float[]? _single;

    /// <param name="model">The model.</param>
    /// <param name="site">Where the directions lie.</param>
    public NullSpace(TransformerModel model, Site site)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(site);
        Applies = site.Kind == SiteKind.MlpPost;
        Inputs = site.Width(model.Config);
        _read = Applies ? Basis(model, site) : [];
    }

    /// <summary>Whether the site has directions that nothing reads.</summary>
    public bool Applies { get; }

    /// <summary>n.</summary>
    public int Inputs { get; }

    /// <summary>Dimensions that are read, at most d_model.</summary>
    public int Rank => _read.Length;

    /// <summary>Share of a direction that nothing reads, from 0 to 1; 0 for the zero vector.</summary>
    public double Share(ReadOnlySpan<float> direction)
    {
        double all = 0, read = 0;
        foreach (var value in direction)
        {
            all += (double)value * value;
        }

        foreach (var axis in _read)
        {
            double product = 0;
            for (var i = 0; i < axis.Length; i++)
            {
                product += axis[i] * direction[i];
            }

            read += product * product;
        }

        return Applies && all > 0 ? Math.Clamp(1 - (read / all), 0, 1) : 0;
    }

    /// <summary>The shares of all features of a dictionary, [m].</summary>
    public double[] Shares(SparseAutoencoder dictionary)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        var shares = new double[dictionary.Features];
        WorkerPool.For(shares.Length, (feature, _) => shares[feature] = Share(dictionary.DecoderRow(feature)));
        return shares;
    }

    /// <summary>What is read of rows [rows, n], in an orthonormal basis of it: [rows, rank].</summary>
    internal void Project(float* rows, int count, float[] projection)
    {
        float[] basis = _single ??= [.. _read.SelectMany(static axis => axis.Select(static value => (float)value))];
        fixed (float* axes = basis)
        fixed (float* to = projection)
        {
            MatrixProduct.Multiply(false, true, count, Rank, Inputs, rows, Inputs, axes, Inputs, to, Rank);
        }
    }

    /// <summary>An orthonormal basis of the columns of W_down [DMlp, DModel], by modified Gram and Schmidt, each column twice.</summary>
    private static double[][] Basis(TransformerModel model, Site site)
    {
        var (n, d) = (model.Config.DMlp, model.Config.DModel);
        var weights = model.Parameters[$"h.{site.Layer}.mlp.c_proj.weight"];
        var basis = new List<double[]>();
        for (var column = 0; column < d; column++)
        {
            var axis = new double[n];
            for (var i = 0; i < n; i++)
            {
                axis[i] = weights[((nint)i * d) + column];
            }

            var length = Norm(axis);
            for (var pass = 0; pass < 2; pass++)
            {
                foreach (var other in basis)
                {
                    double product = 0;
                    for (var i = 0; i < n; i++)
                    {
                        product += axis[i] * other[i];
                    }

                    for (var i = 0; i < n; i++)
                    {
                        axis[i] -= product * other[i];
                    }
                }
            }

            // What is left of a column that depends on the others is rounding.
            if (Norm(axis) is var left && left > 1e-6 * length && left > 0)
            {
                for (var i = 0; i < n; i++)
                {
                    axis[i] /= left;
                }

                basis.Add(axis);
            }
        }

        return [.. basis];
    }

    private static double Norm(double[] vector)
    {
        double square = 0;
        foreach (var value in vector)
        {
            square += value * value;
        }

        return Math.Sqrt(square);
    }
}
