using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Tests.Engine.Dictionaries;

/// <summary>Small random dictionaries and inputs.</summary>
internal static unsafe class DictionarySamples
{
    public static FloatBuffer Normal(int length, ulong seed)
    {
        var random = new CounterRandom(seed);
        var buffer = new FloatBuffer(length);
        for (var i = 0; i < length; i++)
        {
            buffer.Pointer[i] = random.Normal((ulong)i);
        }

        return buffer;
    }

    /// <summary>Parameters as training starts, with b_dec away from zero.</summary>
    public static DictionaryStep Step(int inputs, int features, int rows, ulong seed)
    {
        var step = new DictionaryStep(inputs, features, rows);
        using var x = Normal(10 * inputs, seed + 100);
        using var sample = new VectorSample(x.Pointer, 10, inputs);
        DictionaryWeights.Initialize(step.Parameters, sample, 1, new CounterRandom(seed));
        return step;
    }

    /// <summary>The default variant in plain loops.</summary>
    public static DictionaryReference Reference(DictionaryTensors parameters) =>
        DictionaryReference.Of(parameters, new DictionaryOptions { Features = parameters.Features, Samples = 1 });

    /// <summary>W_enc or W_dec without the padding, [m, n].</summary>
    public static float[] Matrix(DictionaryTensors tensors, bool encoder)
    {
        var matrix = new List<float>();
        for (var feature = 0; feature < tensors.Features; feature++)
        {
            matrix.AddRange(encoder ? tensors.EncoderRow(feature) : tensors.DecoderRow(feature));
        }

        return [.. matrix];
    }

    public static double[] Doubles(FloatBuffer buffer) => [.. buffer.Span().ToArray().Select(static value => (double)value)];
}
