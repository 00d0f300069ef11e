using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// One set of the four tensors of a dictionary: its parameters, their gradients, or one of Adam's moments. Rows of the two matrices are
/// padded with zeros to <see cref="Width"/> floats; zeros stay zero in every step, so kernels need no tails.
/// </summary>
internal sealed unsafe class DictionaryTensors : IDisposable
{
    private readonly FloatBuffer _wEnc;
    private readonly FloatBuffer _bEnc;
    private readonly FloatBuffer _wDec;
    private readonly FloatBuffer _bDec;

    public DictionaryTensors(int inputs, int features)
    {
        Inputs = inputs;
        Features = features;
        Width = PaddedWidth(inputs);
        _wEnc = new FloatBuffer((long)features * Width);
        _bEnc = new FloatBuffer(features);
        _wDec = new FloatBuffer((long)features * Width);
        _bDec = new FloatBuffer(Width);
    }

    /// <summary>n.</summary>
    public int Inputs { get; }

    /// <summary>m.</summary>
    public int Features { get; }

    /// <summary>Distance between the rows: n rounded up to 16 floats, one cache line.</summary>
    public int Width { get; }

    /// <summary>[m, n]: row i belongs to feature i.</summary>
    public float* WEnc => _wEnc.Pointer;

    /// <summary>[m].</summary>
    public float* BEnc => _bEnc.Pointer;

    /// <summary>[m, n]: row i is feature i's direction.</summary>
    public float* WDec => _wDec.Pointer;

    /// <summary>[n].</summary>
    public float* BDec => _bDec.Pointer;

    public static int PaddedWidth(int inputs) => (inputs + 15) / 16 * 16;

    public Span<float> EncoderRow(int feature) => new(WEnc + ((nint)feature * Width), Inputs);

    public Span<float> DecoderRow(int feature) => new(WDec + ((nint)feature * Width), Inputs);

    public Span<float> EncoderBias() => new(BEnc, Features);

    public Span<float> DecoderBias() => new(BDec, Inputs);

    public void Clear()
    {
        new Span<float>(BEnc, Features).Clear();
        new Span<float>(BDec, Width).Clear();
        for (var feature = 0; feature < Features; feature++)
        {
            EncoderRow(feature).Clear();
            DecoderRow(feature).Clear();
        }
    }

    public void Dispose()
    {
        _wEnc.Dispose();
        _bEnc.Dispose();
        _wDec.Dispose();
        _bDec.Dispose();
    }
}
