using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries.Files;

/// <summary>
/// One set of the tensors of a dictionary: its parameters, their gradients, or one of Adam's moments. Rows of the two matrices are
/// padded with zeros to <see cref="Width"/> floats; zeros stay zero in every step, so kernels need no tails. Some variants have further
/// parameters of one number for each feature: <see cref="Extra"/>.
/// </summary>
internal sealed unsafe class DictionaryTensors : IDisposable
{
    private readonly FloatBuffer _wEnc;
    private readonly FloatBuffer _bEnc;
    private readonly FloatBuffer _wDec;
    private readonly FloatBuffer _bDec;
    private readonly FloatBuffer _extras;

    public DictionaryTensors(int inputs, int features, int extras = 0)
    {
        Inputs = inputs;
        Features = features;
        Extras = extras;
        Width = PaddedWidth(inputs);
        _wEnc = new FloatBuffer((long)features * Width);
        _bEnc = new FloatBuffer(features);
        _wDec = new FloatBuffer((long)features * Width);
        _bDec = new FloatBuffer(Width);
        _extras = new FloatBuffer((long)extras * features);
    }

    /// <summary>n.</summary>
    public int Inputs { get; }

    /// <summary>m.</summary>
    public int Features { get; }

    /// <summary>Number of further parameters of each feature.</summary>
    public int Extras { get; }

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

    /// <summary>[extras, m]: the further parameters.</summary>
    public float* Extra0 => _extras.Pointer;

    public static int PaddedWidth(int inputs) => (inputs + 15) / 16 * 16;

    public Span<float> EncoderRow(int feature) => new(WEnc + ((nint)feature * Width), Inputs);

    public Span<float> DecoderRow(int feature) => new(WDec + ((nint)feature * Width), Inputs);

    public Span<float> EncoderBias() => new(BEnc, Features);

    public Span<float> DecoderBias() => new(BDec, Inputs);

    /// <summary>[m]: the k-th further parameter.</summary>
    public Span<float> Extra(int k) => _extras.Span((long)k * Features, Features);

    /// <summary>All tensors, padding included, under their names with a prefix.</summary>
    public NamedTensor[] Named(string prefix) =>
    [
        new($"{prefix}.W_enc", WEnc, Features, Width),
        new($"{prefix}.b_enc", BEnc, Features),
        new($"{prefix}.W_dec", WDec, Features, Width),
        new($"{prefix}.b_dec", BDec, Width),
        new($"{prefix}.extras", _extras.Pointer, Extras, Features),
    ];

    /// <summary>Reads what <see cref="Named"/> gave.</summary>
    /// <exception cref="InvalidDataException">The file has other tensors.</exception>
    public void Read(SafetensorsFile file, string prefix)
    {
        file.Read($"{prefix}.W_enc", WEnc, Features, Width);
        file.Read($"{prefix}.b_enc", BEnc, Features);
        file.Read($"{prefix}.W_dec", WDec, Features, Width);
        file.Read($"{prefix}.b_dec", BDec, Width);
        file.Read($"{prefix}.extras", _extras.Pointer, Extras, Features);
    }

    /// <summary>The five allocations, for passes over everything; padding is zero.</summary>
    public (nint Start, long Length)[] Parts() =>
    [
        ((nint)WEnc, _wEnc.Length), ((nint)BEnc, _bEnc.Length), ((nint)WDec, _wDec.Length), ((nint)BDec, _bDec.Length),
        ((nint)_extras.Pointer, _extras.Length),
    ];

    public void Dispose()
    {
        _wEnc.Dispose();
        _bEnc.Dispose();
        _wDec.Dispose();
        _bDec.Dispose();
        _extras.Dispose();
    }
}
