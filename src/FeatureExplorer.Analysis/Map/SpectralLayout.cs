using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Map;

/// <summary>
/// Where an embedding begins: the eigenvectors of D^(−1/2) W D^(−1/2) after the first (UMAP's spectral initialisation), by subspace iteration from random vectors.
/// The iteration ends after a fixed number of steps: a graph in several parts has many equal eigenvalues, and then any mixture of their vectors sets the parts apart.
/// </summary>
public static class SpectralLayout
{
    private const int Iterations = 150;
    private const float Width = 10;
    private const float Noise = 1e-4f;

    /// <summary>Coordinates [n × dimensions] within ±10.</summary>
    public static float[] Of(FuzzyGraph graph, int dimensions, CounterRandom random, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var n = graph.Points;
        var layout = new float[n * dimensions];
        var uniform = random.Stream("uniform");
        if (n <= dimensions + 1)
        {
            for (var i = 0; i < layout.Length; i++)
            {
                layout[i] = Width * ((2 * uniform.Uniform((ulong)i)) - 1);
            }

            return layout;
        }

        var vectors = Eigenvectors(graph, dimensions, random.Stream("start"), cancellation);
        var largest = vectors.Max(static vector => vector.Max(Math.Abs));
        var noise = random.Stream("noise");
        for (var i = 0; i < layout.Length; i++)
        {
            layout[i] = (float)(Width / largest * vectors[i % dimensions][i / dimensions]) + (Noise * noise.Normal((ulong)i));
        }

        return layout;
    }

    private static double[][] Eigenvectors(FuzzyGraph graph, int dimensions, CounterRandom random, CancellationToken cancellation)
    {
        var n = graph.Points;
        var root = new double[n];
        for (var i = 0; i < n; i++)
        {
            for (var e = graph.Starts[i]; e < graph.Starts[i + 1]; e++)
            {
                root[i] += graph.Weights[e];
            }

            root[i] = Math.Sqrt(root[i]);
        }

        // The first eigenvector is known: the roots of the degrees.
        var vectors = Enumerable.Range(0, dimensions).Select(v => Enumerable.Range(0, n).Select(i => (double)random.Normal((ulong)((v * (long)n) + i))).ToArray()).Prepend([.. root]).ToArray();
        Orthonormalise(vectors);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            WorkerPool.For(dimensions, (v, _) => vectors[v + 1] = Step(graph, root, vectors[v + 1]));
            Orthonormalise(vectors);
        }

        return vectors[1..];
    }

    /// <summary>(x + D^(−1/2) W D^(−1/2) x) / 2: no eigenvalue is negative, so that the largest are the ones that are wanted.</summary>
    private static double[] Step(FuzzyGraph graph, double[] root, double[] x)
    {
        var next = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var sum = 0.0;
            for (var e = graph.Starts[i]; e < graph.Starts[i + 1]; e++)
            {
                sum += graph.Weights[e] * x[graph.Targets[e]] / root[graph.Targets[e]];
            }

            next[i] = (x[i] + (sum / root[i])) / 2;
        }

        return next;
    }

    private static void Orthonormalise(double[][] vectors)
    {
        for (var v = 0; v < vectors.Length; v++)
        {
            var vector = vectors[v];
            for (var other = 0; other < v; other++)
            {
                var product = Dot(vector, vectors[other]);
                for (var i = 0; i < vector.Length; i++)
                {
                    vector[i] -= product * vectors[other][i];
                }
            }

            var length = Math.Sqrt(Dot(vector, vector));
            for (var i = 0; length > 0 && i < vector.Length; i++)
            {
                vector[i] /= length;
            }
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
