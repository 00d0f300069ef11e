using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

/// <summary>A dictionary of random rows that finds its features by matching pursuit, and the same in plain loops and double precision, one vector at a time.</summary>
internal static class PlainPursuit
{
    /// <summary>Rows of lengths from 0.6 to 1.3.</summary>
    public static SparseAutoencoder Dictionary(int inputs, int features, PursuitShape pursuit, Site? site = null, RowNormalisation normalisation = RowNormalisation.None)
    {
        var dictionary = new SparseAutoencoder(inputs, features, DictionaryActivation.MatchingPursuit, pursuit: pursuit) { Site = site, Normalisation = normalisation };
        CounterRandom rows = new CounterRandom(6).Stream("rows"), lengths = new CounterRandom(6).Stream("lengths"), biases = new CounterRandom(6).Stream("biases");
        for (var i = 0; i < features; i++)
        {
            double[] row = [.. Enumerable.Range(0, inputs).Select(j => (double)rows.Normal((ulong)((i * inputs) + j)))];
            var length = Math.Sqrt(row.Sum(static v => v * v)) / (0.6 + (0.7 * lengths.Uniform((ulong)i)));
            for (var j = 0; j < inputs; j++)
            {
                dictionary.DecoderRow(i)[j] = dictionary.EncoderRow(i)[j] = (float)(row[j] / length);
            }
        }

        for (var j = 0; j < inputs; j++)
        {
            dictionary.BDec.Span()[j] = 0.3f * biases.Normal((ulong)j);
        }

        return dictionary;
    }

    /// <summary>f [m], as SAELens computes it, with its mask of what is done written out as a return.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="x">[n], normalised where the dictionary does.</param>
    public static double[] Encode(SparseAutoencoder dictionary, IReadOnlyList<double> x)
    {
        var (f, pursuit) = (new double[dictionary.Features], dictionary.Pursuit!);
        double[] r = [.. x.Select((value, j) => value - dictionary.BDec.Span()[j])];
        for (var step = 0; step < pursuit.MaxIterations; step++)
        {
            double[] p = [.. Enumerable.Range(0, f.Length).Select(i => r.Select((value, j) => value * dictionary.DecoderRow(i)[j]).Sum())];
            var best = Array.IndexOf(p, p.Max());
            var value = Math.Max(0, p[best]);
            var support = f.Count(static v => v != 0);
            f[best] += value;
            for (var j = 0; j < r.Length; j++)
            {
                r[j] -= value * dictionary.DecoderRow(best)[j];
            }

            if ((pursuit.StopsOnRepeat && f.Count(static v => v != 0) == support) || (pursuit.ResidualThreshold > 0 && Math.Sqrt(r.Sum(static v => v * v)) < pursuit.ResidualThreshold))
            {
                break;
            }
        }

        return f;
    }
}
