using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Training;

public sealed unsafe class FeatureResamplerTests
{
    private const int Inputs = 5;

    [Fact]
    public void Resample_OneInputHasAllTheLoss_DeadFeaturesPointThere()
    {
        using var step = Step(features: 4);
        step.Parameters.DecoderBias().Fill(0.25f);
        using var x = new FloatBuffer(3 * Inputs);
        x.Span().Fill(0.25f); // rows 0 and 2 are b_dec itself: no loss
        x.Pointer[Inputs + 1] += 3;
        x.Pointer[Inputs + 4] -= 4;
        var before = step.Parameters.EncoderRow(0).ToArray();

        Resample(step, [1, 3], Sample(x, 3));

        foreach (var feature in (int[])[1, 3])
        {
            AssertClose([0, 0.6f, 0, 0, -0.8f], step.Parameters.DecoderRow(feature));
            // The living encoder rows, 0 and 2, have the lengths 2 and 4.
            AssertClose([0, 0.36f, 0, 0, -0.48f], step.Parameters.EncoderRow(feature));
            Assert.Equal(0, step.Parameters.BEnc[feature]);
            Assert.All(Moments(step, feature), static value => Assert.Equal(0, value));
        }

        Assert.Equal(before, step.Parameters.EncoderRow(0).ToArray());
        Assert.All(Moments(step, 0), static value => Assert.Equal(7, value));
        Assert.Equal(-9, step.Parameters.BEnc[0]);
    }

    [Fact]
    public void Resample_ManyFeatures_DrawsInProportionToSquaredLoss()
    {
        const int features = 4000;
        using var step = Step(features);
        using var x = new FloatBuffer(2 * Inputs);
        x.Pointer[0] = 1; // loss 1/5
        x.Pointer[Inputs + 2] = MathF.Sqrt(2); // loss 2/5: four times the weight

        Resample(step, [.. Enumerable.Range(0, features)], Sample(x, 2));

        var second = Enumerable.Range(0, features).Count(feature => step.Parameters.DecoderRow(feature)[2] == 1);
        var first = Enumerable.Range(0, features).Count(feature => step.Parameters.DecoderRow(feature)[0] == 1);
        Assert.Equal(features, first + second);
        Assert.InRange(second / (double)features, 0.77, 0.83); // 0.8 ± 5 standard deviations
    }

    [Fact]
    public void Resample_SoManyThatTheyWouldDrownTheInputs_ShortensTheirEncoderRows()
    {
        const int features = 1500;
        using var step = Step(features);
        using var x = new FloatBuffer(2 * Inputs);
        x.Pointer[0] = 3;
        x.Pointer[Inputs + 2] = -2;
        int[] dead = [.. Enumerable.Range(2, features - 2)];

        Resample(step, dead, Sample(x, 2));

        // By hand: k features of one direction add k · norm times the input's length, and may add twice the inputs' length of both rows together.
        var to = dead.Where(feature => step.Parameters.DecoderRow(feature)[0] == 1).ToList();
        var norm = step.Parameters.EncoderRow(to[0])[0];
        var others = dead.Except(to).ToList();
        Assert.All(others, feature => Assert.Equal(-norm, step.Parameters.EncoderRow(feature)[2], 1e-6f * norm));
        var added = (9 * Math.Pow(to.Count * (double)norm, 2)) + (4 * Math.Pow(others.Count * (double)norm, 2));
        Assert.Equal(4 * (9 + 4), added, 1e-3);
        Assert.Equal(4, FeatureResampler.Added(step.Parameters, dead, Sample(x, 2)), 1e-4);
    }

    [Fact]
    public void Added_RandomFeatures_EqualsReference()
    {
        const int features = 1100; // more than one round
        using var step = DictionarySamples.Step(Inputs, features, 1, seed: 3);
        using var x = DictionarySamples.Normal(7 * Inputs, seed: 4);
        int[] some = [.. Enumerable.Range(0, features).Where(feature => feature % 97 != 5)];
        var (p, of, size) = (step.Parameters, 0.0, 0.0);
        for (var row = 0; row < 7; row++)
        {
            var seen = Enumerable.Range(0, Inputs).Select(j => (double)x.Pointer[(row * Inputs) + j] - p.DecoderBias()[j]).ToArray();
            var added = new double[Inputs];
            foreach (var feature in some)
            {
                var f = Math.Max(0, seen.Select((value, j) => value * p.EncoderRow(feature)[j]).Sum());
                added = [.. added.Select((value, j) => value + (f * p.DecoderRow(feature)[j]))];
            }

            of += added.Sum(static value => value * value);
            size += seen.Sum(static value => value * value);
        }

        Assert.Equal(of / size, FeatureResampler.Added(p, some, Sample(x, 7)), 1e-4 * of / size);
    }

    [Fact]
    public void Losses_Rows_EqualReference()
    {
        using var step = DictionarySamples.Step(24, 70, 1, seed: 1);
        using var x = DictionarySamples.Normal(20 * 24, seed: 2);
        var reference = DictionarySamples.Reference(step.Parameters);

        var losses = FeatureResampler.Losses(step.Parameters, Sample(x, 20), 0.1f);

        for (var row = 0; row < 20; row++)
        {
            var expected = reference.Loss([DictionarySamples.Doubles(x)[(row * 24)..((row + 1) * 24)]], 0.1f).Total;
            Assert.Equal(expected, losses[row], 1e-5 * expected);
        }
    }

    /// <summary>Features that never fire, with encoder rows of length 2 and 4 in turn, and moments of 7.</summary>
    private static DictionaryStep Step(int features)
    {
        var step = new DictionaryStep(Inputs, features, 1);
        for (var feature = 0; feature < features; feature++)
        {
            step.Parameters.EncoderRow(feature)[feature % Inputs] = feature % 4 < 2 ? 2 : 4;
            step.Parameters.DecoderRow(feature)[0] = 1;
            step.Parameters.BEnc[feature] = -9;
            foreach (var moments in (DictionaryTensors[])[step.FirstMoments, step.SecondMoments])
            {
                moments.EncoderRow(feature).Fill(7);
                moments.DecoderRow(feature).Fill(7);
                moments.BEnc[feature] = 7;
            }
        }

        return step;
    }

    private static List<float> Moments(DictionaryStep step, int feature) =>
    [
        .. step.FirstMoments.EncoderRow(feature), .. step.FirstMoments.DecoderRow(feature), step.FirstMoments.BEnc[feature],
        .. step.SecondMoments.EncoderRow(feature), .. step.SecondMoments.DecoderRow(feature), step.SecondMoments.BEnc[feature],
    ];

    private static VectorSample Sample(FloatBuffer x, int rows) => new(x.Pointer, rows, (int)(x.Length / rows));

    private static void AssertClose(float[] expected, Span<float> actual)
    {
        for (var j = 0; j < expected.Length; j++)
        {
            Assert.Equal(expected[j], actual[j], 1e-6f);
        }
    }

    private static void Resample(DictionaryStep step, IReadOnlyList<int> dead, VectorSample x) =>
        FeatureResampler.Resample(step.Download(), dead, x, step.Losses(x, 0), new CounterRandom(1));
}
