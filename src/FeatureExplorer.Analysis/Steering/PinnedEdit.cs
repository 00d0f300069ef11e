using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Analysis.Steering;

/// <summary>Holds features at given activations (Bricken et al. 2023, pinned sampling): see <see cref="SteeringOptions.KeepError"/> for the equations.</summary>
/// <param name="dictionary">The dictionary.</param>
/// <param name="pins">By sequence, the pins; a sequence without any is left as it is.</param>
/// <param name="keepError">Whether the dictionary's error stays.</param>
internal sealed unsafe class PinnedEdit(SparseAutoencoder dictionary, IReadOnlyList<IReadOnlyList<Pin>> pins, bool keepError)
{
    private readonly SparseActivations _f = new();

    /// <summary>Edits rows of sequences from <paramref name="first"/> on, <paramref name="count"/> rows each, in each the rows from <paramref name="from"/> on.</summary>
    /// <param name="input">[sequences · count, inputs]: what the dictionary reads, x itself of an autoencoder.</param>
    /// <param name="x">[sequences · count, outputs].</param>
    public void Apply(float* input, float* x, int first, int sequences, int count, int from)
    {
        if (Enumerable.Range(first, sequences).All(sequence => pins[sequence].Count == 0))
        {
            return;
        }

        dictionary.Encode(input, sequences * count, _f);
        WorkerPool.For(sequences * count, (row, _) =>
        {
            if (row % count >= from && pins[first + (row / count)] is { Count: > 0 } held)
            {
                Apply(new ReadOnlySpan<float>(input + ((nint)row * dictionary.Inputs), dictionary.Inputs), new Span<float>(x + ((nint)row * dictionary.Outputs), dictionary.Outputs), row, held);
            }
        });
    }

    private void Apply(ReadOnlySpan<float> input, Span<float> x, int row, IReadOnlyList<Pin> held)
    {
        var features = _f.FeaturesOf(row);
        var values = _f.ValuesOf(row);
        var gain = _f.GainOf(row);
        if (!keepError)
        {
            // Only a transcoder has W_skip, whose input is other memory.
            dictionary.BDec.Span().CopyTo(x);
            dictionary.AddSkip(input, x);
            for (var k = 0; k < features.Length; k++)
            {
                TensorPrimitives.MultiplyAdd(dictionary.DecoderRow(features[k]), values[k], x, x);
            }

            if (dictionary.Normalisation != RowNormalisation.None)
            {
                TensorPrimitives.Multiply(x, gain, x);
                TensorPrimitives.Add(x, _f.MeanOf(row), x);
            }
        }

        foreach (var (feature, target) in held)
        {
            var at = features.BinarySearch(feature);
            TensorPrimitives.MultiplyAdd(dictionary.DecoderRow(feature), gain * (target - (at < 0 ? 0 : values[at])), x, x);
        }
    }
}
