using System.Numerics.Tensors;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// A dictionary, ready for use: a sparse autoencoder on n inputs with m features (Bricken et al. 2023, "Towards Monosemanticity"), however it was
/// trained.
/// <code>
/// x̄ = x − b_dec
/// f = σ(W_enc x̄ + b_enc)                     f_i ≥ 0: how strongly feature i is present; σ: DictionaryActivation
/// x̂ = Σ_i f_i d_i + b_dec                    d_i: row i of W_dec, of length 1
/// </code>
/// A transcoder reads one site and writes another: it has n inputs and n′ outputs, d_i and b_dec are of n′, and it reads x itself:
/// <code>
/// f = σ(W_enc x + b_enc)        ŷ = Σ_i f_i d_i + b_dec + W_skip x        W_skip: where it has one
/// </code>
/// A matching pursuit (<see cref="DictionaryActivation.MatchingPursuit"/>) finds f step by step instead, with W_enc = W_dec and rows of any length.
/// All that decodes uses <see cref="Outputs"/> and <see cref="OutputSite"/>, which are <see cref="Inputs"/> and <see cref="Site"/> of an autoencoder.
/// It works on activations as the model gives them. Training works on s·x with s = √n / E‖x‖, so that λ means the same on every model;
/// dividing both biases by s afterwards gives exactly the same dictionary for x, with f and x̂ divided by s and W_enc, W_dec unchanged:
/// ReLU(W_enc (s·x − b_dec) + b_enc) / s = ReLU(W_enc (x − b_dec/s) + b_enc/s); thresholds and b_mag are divided like biases.
/// An imported one may also normalise every vector by itself (<see cref="RowNormalisation"/>): then x above is x' and x̂ is x̂'.
/// <see cref="DictionaryReference"/> is the same in plain loops.
/// </summary>
public sealed unsafe partial class SparseAutoencoder : IDisposable
{
    private readonly Lock _encoding = new();
    private readonly ActivationArena _arena = new(withGradients: false);
    private EncoderProduct? _encoder;
    private SparseRow[] _rows = [];
    private FloatBuffer? _centred;
    private (float Mean, float Gain)[] _norms = [];
    private string? _hash;
    private Site? _outputSite;

    /// <summary>All weights zero, for the caller to fill before the first <see cref="Encode"/>.</summary>
    /// <param name="inputs">n.</param>
    /// <param name="features">m.</param>
    /// <param name="activation">How pre-activations become f.</param>
    /// <param name="k">Most active features of a vector, for <see cref="DictionaryActivation.TopK"/>.</param>
    /// <param name="transcoder">What makes it a transcoder; null for an autoencoder.</param>
    /// <param name="pursuit">When the pursuit of a vector ends, for <see cref="DictionaryActivation.MatchingPursuit"/>, whose W_enc the caller fills with W_dec.</param>
    public SparseAutoencoder(
        int inputs, int features, DictionaryActivation activation = DictionaryActivation.Relu, int k = 0, TranscoderShape? transcoder = null, PursuitShape? pursuit = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        if (activation == DictionaryActivation.MatchingPursuit)
        {
            ArgumentNullException.ThrowIfNull(pursuit);
            ArgumentOutOfRangeException.ThrowIfLessThan(pursuit.MaxIterations, 1, nameof(pursuit));
            if (transcoder is not null)
            {
                throw new ArgumentException("A matching pursuit gives back what it reads, so it is no transcoder.", nameof(transcoder));
            }
        }

        if (activation == DictionaryActivation.TopK)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(k, features);
        }

        Inputs = inputs;
        Outputs = transcoder?.Outputs ?? inputs;
        IsTranscoder = transcoder is not null;
        Features = features;
        Activation = activation;
        K = activation == DictionaryActivation.TopK ? k : 0;
        Pursuit = activation == DictionaryActivation.MatchingPursuit ? pursuit : null;
        Threshold = activation == DictionaryActivation.JumpRelu ? new FloatBuffer(features) : null;
        RMag = activation == DictionaryActivation.Gated ? new FloatBuffer(features) : null;
        BMag = activation == DictionaryActivation.Gated ? new FloatBuffer(features) : null;
        WEnc = new FloatBuffer((long)features * inputs);
        BEnc = new FloatBuffer(features);
        WDec = new FloatBuffer((long)features * Outputs);
        BDec = new FloatBuffer(Outputs);
        WSkip = transcoder is { Skips: true } ? new FloatBuffer((long)Outputs * inputs) : null;
    }

    /// <summary>n: width of the activations that it reads.</summary>
    public int Inputs { get; }

    /// <summary>Width of x̂ and of the directions: n, or n′ of a transcoder.</summary>
    public int Outputs { get; }

    /// <summary>Whether it reads one site and writes another.</summary>
    public bool IsTranscoder { get; }

    /// <summary>m: number of features.</summary>
    public int Features { get; }

    /// <summary>Where in a model it reads; null when unknown. Saved as SAELens' <c>hook_name</c>.</summary>
    public Site? Site { get; set; }

    /// <summary>
    /// Whose activations x̂ stands for, and where the directions lie: <see cref="Site"/>, or what a transcoder writes. Saved as SAELens' <c>hook_name_out</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is set to another one for an autoencoder.</exception>
    public Site? OutputSite
    {
        get => IsTranscoder ? _outputSite : Site;
        set => _outputSite = IsTranscoder || value == Site ? value : throw new InvalidOperationException("An autoencoder writes where it reads.");
    }

    /// <summary>What the files that it was loaded from do not say, and what was taken in its place, and why; in sentences.</summary>
    public IReadOnlyList<string> Assumptions { get; internal init; } = [];

    /// <summary>[m, n]: row i is the encoder vector of feature i.</summary>
    public FloatBuffer WEnc { get; }

    /// <summary>How pre-activations become f.</summary>
    public DictionaryActivation Activation { get; }

    /// <summary>What is done to every vector before it is encoded, and undone when it is decoded.</summary>
    public RowNormalisation Normalisation { get; init; }

    /// <summary>Most active features of a vector, for <see cref="DictionaryActivation.TopK"/>; else 0.</summary>
    public int K { get; }

    /// <summary>When the pursuit of a vector ends, for <see cref="DictionaryActivation.MatchingPursuit"/>; else null.</summary>
    public PursuitShape? Pursuit { get; }

    /// <summary>[m]; of the gate, for <see cref="DictionaryActivation.Gated"/>.</summary>
    public FloatBuffer BEnc { get; }

    /// <summary>[m]: what pre-activations must exceed, for <see cref="DictionaryActivation.JumpRelu"/>; else null.</summary>
    public FloatBuffer? Threshold { get; }

    /// <summary>[m]: logarithm of the magnitude's gain, for <see cref="DictionaryActivation.Gated"/>; else null.</summary>
    public FloatBuffer? RMag { get; }

    /// <summary>[m]: bias of the magnitude, for <see cref="DictionaryActivation.Gated"/>; else null.</summary>
    public FloatBuffer? BMag { get; }

    /// <summary>[m, outputs]: row i is the direction of feature i, of length 1.</summary>
    public FloatBuffer WDec { get; }

    /// <summary>[outputs].</summary>
    public FloatBuffer BDec { get; }

    /// <summary>[outputs, n]: what a skip transcoder adds to ŷ, W_skip x; else null.</summary>
    public FloatBuffer? WSkip { get; }

    /// <summary>SHA-256 of the weights, lower-case hexadecimal; the same before saving and after loading.</summary>
    public string Hash => _hash ??= DictionaryFiles.Checksum(this);

    /// <summary>Encoder vector of a feature [n].</summary>
    public Span<float> EncoderRow(int feature) => WEnc.Span((long)feature * Inputs, Inputs);

    /// <summary>Direction of a feature [outputs].</summary>
    public Span<float> DecoderRow(int feature) => WDec.Span((long)feature * Outputs, Outputs);

    /// <summary>The file of a saved dictionary that holds its weights.</summary>
    public const string WeightsFile = DictionaryFiles.WeightsFile;

    /// <summary>The files of a saved dictionary.</summary>
    public static IReadOnlyList<string> Files => [DictionaryFiles.ConfigFile, DictionaryFiles.WeightsFile];

    /// <summary>Opens a dictionary saved here, or one of the architectures "standard", "jumprelu", "topk" and "gated" in the layout of SAELens.</summary>
    /// <exception cref="InvalidDataException">A file is damaged, or holds a kind of dictionary that is not supported.</exception>
    public static SparseAutoencoder Load(string directory) => DictionaryFiles.Load(directory);

    /// <summary>Where a saved dictionary reads and writes, without its weights; null where its files do not say.</summary>
    /// <exception cref="InvalidDataException">Its configuration is damaged, or of a kind that is not supported.</exception>

    /// <summary>Writes <c>cfg.json</c> and <c>sae_weights.safetensors</c> in the layout of SAELens 6.</summary>
    /// <param name="directory">Created when it does not exist.</param>
    /// <param name="metadata">What goes under "metadata": SAELens knows model_name, hook_name, context_size and others.</param>
    public void Save(string directory, IReadOnlyDictionary<string, string>? metadata = null) =>
        _hash = DictionaryFiles.Save(this, directory, metadata);

    /// <summary>f of rows x [rows, n], on all threads.</summary>
    public void Encode(float* x, int rows, SparseActivations f)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        lock (_encoding)
        {
            EncodeRows(x, rows);
            var counts = new int[rows];
            for (var row = 0; row < rows; row++)
            {
                counts[row] = _rows[row].Count;
            }

            f.Reset(counts, _norms.AsSpan(0, Normalisation == RowNormalisation.None ? 0 : rows));
            WorkerPool.For(Blocks(rows), (block, _) =>
            {
                for (var row = block * EncoderProduct.BlockRows; row < Math.Min(rows, (block + 1) * EncoderProduct.BlockRows); row++)
                {
                    var list = _rows[row];
                    new ReadOnlySpan<int>(list.Features, list.Count).CopyTo(f.Features.AsSpan(f.RowStart[row]));
                    new ReadOnlySpan<float>(list.Values, list.Count).CopyTo(f.Values.AsSpan(f.RowStart[row]));
                }
            });
        }
    }

    /// <summary>x̂ [rows, outputs] of f as <see cref="Encode"/> gave it, on all threads.</summary>
    /// <param name="f">The active features of each row.</param>
    /// <param name="xHat">Receives x̂; may be the memory of <paramref name="x"/> where there is no <see cref="WSkip"/>.</param>
    /// <param name="x">[rows, n], what f was encoded from; a skip transcoder needs it.</param>
    public void Decode(SparseActivations f, float* xHat, float* x = null)
    {
        ArgumentNullException.ThrowIfNull(f);
        if (WSkip is not null && x is null)
        {
            throw new ArgumentNullException(nameof(x), "A skip transcoder adds W_skip x: give what it has read.");
        }

        WorkerPool.For(Blocks(f.Rows), (block, _) =>
        {
            for (var row = block * EncoderProduct.BlockRows; row < Math.Min(f.Rows, (block + 1) * EncoderProduct.BlockRows); row++)
            {
                var target = new Span<float>(xHat + ((nint)row * Outputs), Outputs);
                BDec.Span().CopyTo(target);
                if (WSkip is not null)
                {
                    AddSkip(new ReadOnlySpan<float>(x + ((nint)row * Inputs), Inputs), target);
                }

                var features = f.FeaturesOf(row);
                var values = f.ValuesOf(row);
                for (var k = 0; k < features.Length; k++)
                {
                    TensorPrimitives.MultiplyAdd(DecoderRow(features[k]), values[k], target, target);
                }

                if (Normalisation != RowNormalisation.None)
                {
                    RowNormaliser.Undo(target, f.MeanOf(row), f.GainOf(row));
                }
            }
        });
    }

    /// <summary>target [outputs] += W_skip x; nothing where there is no W_skip.</summary>
    public void AddSkip(ReadOnlySpan<float> x, Span<float> target)
    {
        for (var j = 0; j < target.Length && WSkip is not null; j++)
        {
            target[j] += TensorPrimitives.Dot(WSkip.Span((long)j * Inputs, Inputs), x);
        }
    }

    /// <summary>
    /// Call after changing weights of a dictionary that has already been used: it keeps a rearranged copy of W_enc and b_enc, and its hash.
    /// </summary>
    public void WeightsChanged()
    {
        lock (_encoding)
        {
            _encoder?.Dispose();
            _encoder = null;
            _hash = null;
        }
    }

    public void Dispose()
    {
        WEnc.Dispose();
        BEnc.Dispose();
        WDec.Dispose();
        BDec.Dispose();
        Threshold?.Dispose();
        RMag?.Dispose();
        BMag?.Dispose();
        WSkip?.Dispose();
        _encoder?.Dispose();
        _arena.Dispose();
        _centred?.Dispose();
    }

    private static int Blocks(int rows) => (rows + EncoderProduct.BlockRows - 1) / EncoderProduct.BlockRows;
}
