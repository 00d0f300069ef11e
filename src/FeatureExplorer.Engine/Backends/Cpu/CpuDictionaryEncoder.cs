using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Engine.Backends.Cpu;

/// <summary>A dictionary's own sparse encoder.</summary>
internal sealed unsafe class CpuDictionaryEncoder(SparseAutoencoder dictionary) : IDictionaryEncoder
{
    private readonly SparseActivations _f = new();

    /// <summary>The encoder of this back end.</summary>
    /// <exception cref="ArgumentException">It is another back end's.</exception>
    public static CpuDictionaryEncoder Of(IDictionaryEncoder encoder) =>
        encoder as CpuDictionaryEncoder ?? throw new ArgumentException($"{encoder?.GetType().Name ?? "null"} is of another back end.", nameof(encoder));

    public void Encode(Rows x, int rows, SparseActivations f) => dictionary.Encode(HostRows.Of(x), rows, f);

    /// <summary>x becomes x̂. What an autoencoder reads is x itself.</summary>
    /// <param name="input">[rows, inputs].</param>
    /// <param name="x">[rows, outputs].</param>
    /// <param name="rows">Number of rows.</param>
    public void Reconstruct(float* input, float* x, int rows)
    {
        dictionary.Encode(input, rows, _f);
        dictionary.Decode(_f, x, input);
    }

    /// <summary>x [rows, outputs] becomes x − σ f_i · d_i, σ = 1 where rows are not normalised.</summary>
    public void Remove(float* input, float* x, int rows, int feature)
    {
        dictionary.Encode(input, rows, _f);
        for (var row = 0; row < rows; row++)
        {
            if (_f.FeaturesOf(row).BinarySearch(feature) is >= 0 and var at)
            {
                var target = new Span<float>(x + ((nint)row * dictionary.Outputs), dictionary.Outputs);
                TensorPrimitives.MultiplyAdd(dictionary.DecoderRow(feature), -_f.GainOf(row) * _f.ValuesOf(row)[at], target, target);
            }
        }
    }

    public void Dispose()
    {
    }
}
