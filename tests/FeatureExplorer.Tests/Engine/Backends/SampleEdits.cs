using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Tests.Engine.Dictionaries;

namespace FeatureExplorer.Tests.Engine.Backends;

/// <summary>Every kind of edit that is data, and the same in plain loops.</summary>
internal static unsafe class SampleEdits
{
    private const int Features = 30;
    private const int Removed = 7;

    /// <summary>A dictionary with random weights, of ReLU or of matching pursuit.</summary>
    public static SparseAutoencoder Dictionary(int inputs, RowNormalisation normalisation = RowNormalisation.None, bool pursues = false)
    {
        if (pursues)
        {
            return PlainPursuit.Dictionary(inputs, Features, new PursuitShape(0.2f, 12, true), normalisation: normalisation);
        }

        var random = new Random(4);
        var dictionary = new SparseAutoencoder(inputs, Features) { Normalisation = normalisation };
        foreach (var buffer in (FloatBuffer[])[dictionary.WEnc, dictionary.BEnc, dictionary.WDec, dictionary.BDec])
        {
            foreach (ref var weight in buffer.Span())
            {
                weight = (float)(random.NextDouble() - 0.5);
            }
        }

        return dictionary;
    }

    /// <summary>All kinds, with an encoder of the runner's back end.</summary>
    public static IReadOnlyList<(SiteEdit Edit, HostEdit Plain)> Of(SparseAutoencoder dictionary, IDictionaryEncoder encoder)
    {
        float[] vector = [.. Enumerable.Range(0, dictionary.Inputs).Select(static i => 0.3f - (0.05f * (i % 11)))];
        return
        [
            (new ConstantEdit(vector), ByRow(dictionary, (_, _, _) => vector.Select(static v => (double)v))),
            (new DirectionEdit(vector, -2.5f), ByRow(dictionary, (x, _, _) => x.Zip(vector, static (value, d) => value - (2.5 * d)))),
            (new RemovalEdit(encoder, Removed), ByRow(dictionary, (x, f, norm) => x.Select((value, j) => value - (norm.Gain * f[Removed] * dictionary.DecoderRow(Removed)[j])))),
            (new ReconstructionEdit(encoder), ByRow(dictionary, (_, f, norm) => DictionaryReference.Undo(
                [.. Enumerable.Range(0, dictionary.Inputs).Select(j => dictionary.BDec.Span()[j] + Enumerable.Range(0, Features).Sum(i => f[i] * dictionary.DecoderRow(i)[j]))], norm.Mean, norm.Gain))),
        ];
    }

    private static HostEdit ByRow(SparseAutoencoder dictionary, Func<double[], double[], (double Mean, double Gain), IEnumerable<double>> edited) => new((x, rows) =>
    {
        var n = dictionary.Inputs;
        for (var row = 0; row < rows; row++)
        {
            var target = new Span<float>(x + (row * n), n);
            double[] before = [.. target.ToArray().Select(static value => (double)value)];
            var (read, mean, gain) = DictionaryReference.Normalise(before, dictionary.Normalisation);
            double[] f = dictionary.Pursuit is not null ? PlainPursuit.Encode(dictionary, read)
                : [.. Enumerable.Range(0, Features).Select(i => Math.Max(0, dictionary.BEnc.Span()[i] + read.Select((value, j) => (value - dictionary.BDec.Span()[j]) * dictionary.EncoderRow(i)[j]).Sum()))];
            foreach (var (j, value) in edited(before, f, (mean, gain)).ToList().Index())
            {
                target[j] = (float)value;
            }
        }
    });
}
