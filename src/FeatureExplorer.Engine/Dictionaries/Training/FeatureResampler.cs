using System.Numerics.Tensors;
using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>
/// Gives dead features a new start where the dictionary does badly (Bricken et al. 2023, "Neuron resampling"): each draws an input with
/// probability in proportion to the square of its loss, and points from b_dec to it, which is the direction in which the encoder sees that
/// input. The encoder row is the same direction with a fifth of the mean norm of the living encoder rows, its bias 0, and Adam forgets
/// what it knew of the feature. Where so many are restarted that together they would drown the inputs, their encoder rows are shorter.
/// </summary>
internal static unsafe class FeatureResampler
{
    private const float EncoderShare = 0.2f;
    private const int RowsPerRound = 1024;

    // What the restarted features may add to the reconstruction: twice the length of the inputs, seen from b_dec.
    private const double MostAdded = 4;
    private const int AddedRows = 2048;
    private const int AddedFeatures = 1024;

    /// <param name="state">Parameters and moments to change.</param>
    /// <param name="dead">Features to resample, ascending.</param>
    /// <param name="x">Candidate inputs on the scale of training.</param>
    /// <param name="losses">The loss of each.</param>
    /// <param name="random">Counter i draws the input of the i-th dead feature.</param>
    public static void Resample(DictionaryState state, IReadOnlyList<int> dead, VectorSample x, double[] losses, CounterRandom random)
    {
        var norm = EncoderShare * MeanAliveNorm(state.Parameters, dead);
        var cumulative = CumulativeSquares(losses);
        var drawn = new float[state.Parameters.Inputs];
        for (var i = 0; i < dead.Count; i++)
        {
            x.CopyTo(Draw(cumulative, random.UniformDouble((ulong)i)), drawn);
            Restart(state, dead[i], drawn, norm);
        }

        var share = (float)Math.Sqrt(MostAdded / Added(state.Parameters, dead, x));
        for (var i = 0; i < dead.Count && share < 1; i++)
        {
            TensorPrimitives.Multiply(state.Parameters.EncoderRow(dead[i]), share, state.Parameters.EncoderRow(dead[i]));
        }
    }

    /// <summary>
    /// Σ ‖Δx̂‖² / Σ ‖x − b_dec‖² over some of the inputs, Δx̂ what the features add when all of them fire as they are: Δx̂ = ReLU((x − b_dec) W_encᵀ) W_dec.
    /// A thousand features that were given the same few directions fire together on whatever lies there.
    /// </summary>
    internal static double Added(DictionaryTensors parameters, IReadOnlyList<int> features, VectorSample x)
    {
        var n = parameters.Inputs;
        var count = Math.Min(x.Rows, AddedRows);
        var most = Math.Min(features.Count, AddedFeatures);
        using var inputs = new FloatBuffer((long)count * n);
        using var added = new FloatBuffer((long)count * n);
        using var encoder = new FloatBuffer((long)most * n);
        using var decoder = new FloatBuffer((long)most * n);
        using var activations = new FloatBuffer((long)count * most);
        for (var row = 0; row < count; row++)
        {
            var input = inputs.Span((long)row * n, n);
            x.CopyTo((int)((long)row * x.Rows / count), input);
            TensorPrimitives.Subtract(input, parameters.DecoderBias(), input);
        }

        for (var first = 0; first < features.Count; first += most)
        {
            var some = Math.Min(most, features.Count - first);
            for (var i = 0; i < some; i++)
            {
                parameters.EncoderRow(features[first + i]).CopyTo(encoder.Span((long)i * n, n));
                parameters.DecoderRow(features[first + i]).CopyTo(decoder.Span((long)i * n, n));
            }

            MatrixProduct.Multiply(false, true, count, some, n, inputs.Pointer, n, encoder.Pointer, n, activations.Pointer, some);
            var f = activations.Span(0, count * some);
            TensorPrimitives.Max(f, 0, f);
            MatrixProduct.Multiply(false, false, count, n, some, activations.Pointer, some, decoder.Pointer, n, added.Pointer, n, accumulate: first > 0);
        }

        var (of, size) = (0.0, 0.0);
        for (var row = 0; row < count; row++)
        {
            of += TensorPrimitives.SumOfSquares<float>(added.Span((long)row * n, n));
            size += TensorPrimitives.SumOfSquares<float>(inputs.Span((long)row * n, n));
        }

        return size > 0 ? of / size : 0;
    }

    /// <summary>Loss of each row: mean squared error + λ Σ f.</summary>
    internal static double[] Losses(DictionaryTensors parameters, VectorSample x, float lambda)
    {
        var n = parameters.Inputs;
        using var dictionary = DictionaryWeights.ToDictionary(parameters, 1);
        using var round = new FloatBuffer((long)RowsPerRound * n);
        using var xHat = new FloatBuffer((long)RowsPerRound * n);
        var f = new SparseActivations();
        var losses = new double[x.Rows];
        for (var first = 0; first < losses.Length; first += RowsPerRound)
        {
            var count = Math.Min(RowsPerRound, losses.Length - first);
            x.CopyTo(first, round.Span(0, count * n));
            dictionary.Encode(round.Pointer, count, f);
            dictionary.Decode(f, xHat.Pointer);
            for (var row = 0; row < count; row++)
            {
                var distance = TensorPrimitives.Distance<float>(round.Span((long)row * n, n), xHat.Span((long)row * n, n));
                losses[first + row] = ((double)distance * distance / n) + (lambda * (double)TensorPrimitives.Sum(f.ValuesOf(row)));
            }
        }

        return losses;
    }

    /// <summary>Mean norm of the encoder rows that are not dead; of all when none is alive.</summary>
    private static float MeanAliveNorm(DictionaryTensors parameters, IReadOnlyList<int> dead)
    {
        var skip = dead.Count < parameters.Features ? dead.ToHashSet() : [];
        var (sum, count) = (0.0, 0);
        for (var feature = 0; feature < parameters.Features; feature++)
        {
            if (!skip.Contains(feature))
            {
                sum += TensorPrimitives.Norm<float>(parameters.EncoderRow(feature));
                count++;
            }
        }

        return (float)(sum / count);
    }

    private static double[] CumulativeSquares(double[] losses)
    {
        var cumulative = new double[losses.Length];
        var sum = 0.0;
        for (var row = 0; row < losses.Length; row++)
        {
            sum += losses[row] * losses[row];
            cumulative[row] = sum;
        }

        return cumulative;
    }

    /// <summary>The first row whose cumulative weight exceeds a share of the whole.</summary>
    private static int Draw(double[] cumulative, double uniform)
    {
        var target = uniform * cumulative[^1];
        var (low, high) = (0, cumulative.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = cumulative[middle] > target ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private static void Restart(DictionaryState state, int feature, ReadOnlySpan<float> x, float encoderNorm)
    {
        var direction = new float[x.Length];
        TensorPrimitives.Subtract(x, state.Parameters.DecoderBias(), direction);
        var length = TensorPrimitives.Norm<float>(direction);
        if (length > 0)
        {
            TensorPrimitives.Divide(direction, length, direction);
            direction.CopyTo(state.Parameters.DecoderRow(feature));
            TensorPrimitives.Multiply(direction, encoderNorm, state.Parameters.EncoderRow(feature));
        }

        state.Parameters.BEnc[feature] = 0;
        foreach (var moments in (DictionaryTensors[])[state.FirstMoments, state.SecondMoments])
        {
            moments.EncoderRow(feature).Clear();
            moments.DecoderRow(feature).Clear();
            moments.BEnc[feature] = 0;
        }
    }
}
