using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Kernels;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Dictionaries.Variants;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// One kind of dictionary: its architecture and its training rule. The steps that all kinds share (the encoder's product, decoding, sorting by
/// feature, weight gradients, Adam) ask it for what differs. Unless a variant says otherwise, f = ReLU(W_enc (x − b_dec) + b_enc), the loss is
/// mean squared error + λ Σ f, and decoder rows keep length 1. A row's list holds pre-activations until <see cref="Activate"/>, activations after it.
/// </summary>
internal abstract unsafe class DictionaryVariant(DictionaryOptions options)
{
    /// <summary>Names of the further parameters of each feature, <see cref="DictionaryTensors.Extra"/>.</summary>
    public virtual IReadOnlyList<string> Extras => [];

    /// <summary>Whether the encoder reads x − b_dec, or x itself.</summary>
    public virtual bool CentresInput => true;

    /// <summary>Whether the error is the sum over the n inputs instead of their mean.</summary>
    public virtual bool SumsSquares => false;

    /// <summary>Whether decoder rows keep length 1: gradients lose their parallel part, and each step ends with a division by the norm.</summary>
    public virtual bool UnitDecoder => true;

    /// <summary>Whether dead features are resampled.</summary>
    public virtual bool Resamples => false;

    /// <summary>Whether <see cref="DenseGradient"/> knows the variant, for steps with many active features.</summary>
    public virtual bool HasDensePath => false;

    /// <summary>Longest list of a row.</summary>
    public virtual int KeepPerRow => int.MaxValue;

    /// <summary>Mean length of the lists of a batch, which are chosen together; 0: each row for itself.</summary>
    public virtual int KeepPerBatchRow => 0;

    /// <summary>What every pre-activation must exceed to be listed, besides <see cref="Limits"/>.</summary>
    public virtual float Floor => 0;

    /// <summary>What each feature's pre-activation must exceed to be listed [m]; empty: 0.</summary>
    public virtual ReadOnlySpan<float> Limits => [];

    /// <summary>What each feature's f is multiplied by in the penalty [m]; empty: 1.</summary>
    public virtual ReadOnlySpan<float> PenaltyWeights => [];

    /// <summary>Whether <see cref="SparseRow.Extra"/> decodes to a second x̂, whose error is the auxiliary loss.</summary>
    public virtual bool DecodesExtra => false;

    /// <summary>Weight of the auxiliary loss.</summary>
    public virtual float AuxiliaryWeight => 1;

    /// <summary>Numbers beyond the tensors that decide how training goes on; part of a checkpoint.</summary>
    public virtual double[] State
    {
        get => [];
        set { }
    }

    protected DictionaryOptions Options { get; } = options;

    /// <summary>The variant that the options name.</summary>
    public static DictionaryVariant Of(DictionaryOptions options) => options.Variant switch
    {
        DictionaryVariants.Paper2023 => new Paper2023(options),
        DictionaryVariants.April2024 => new April2024(options),
        DictionaryVariants.TopK => new TopK(options),
        DictionaryVariants.BatchTopK => new BatchTopK(options),
        DictionaryVariants.JumpRelu => new JumpRelu(options),
        DictionaryVariants.Gated => new Gated(options),
        DictionaryVariants.Matryoshka => new Matryoshka(options),
        _ => throw new ArgumentException($"There is no variant \"{options.Variant}\"; there are {string.Join(", ", DictionaryVariants.All)}.", nameof(options)),
    };

    /// <summary>Dead features that reconstruct each row's residual; 0: none.</summary>
    public virtual int DeadPerRow(int inputs) => 0;

    /// <summary>One past the last feature of each nested dictionary, ascending; the last is m.</summary>
    public virtual int[] PrefixEnds(int features) => [features];

    /// <summary>The first weights.</summary>
    /// <param name="parameters">To be filled; zeros.</param>
    /// <param name="x">A sample of the activations, before scaling.</param>
    /// <param name="scale">What activations are multiplied by.</param>
    /// <param name="random">Random numbers of this training.</param>
    public abstract void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random);

    /// <summary>Called before each batch.</summary>
    public virtual void Prepare(DictionaryTensors parameters)
    {
    }

    /// <summary>Told what <see cref="KeepPerBatchRow"/> came to: the smallest activation of the batch.</summary>
    public virtual void Selected(float least)
    {
    }

    /// <summary>A guess at the next batch's smallest activation, from below; null: none.</summary>
    public virtual float? SelectionGuess => null;

    /// <summary>Turns a row's pre-activations into activations. Returns its penalty, without λ.</summary>
    public virtual double Activate(SparseRow row)
    {
        var weights = PenaltyWeights;
        var sum = 0.0;
        for (var k = 0; k < row.Count; k++)
        {
            sum += weights.IsEmpty ? row.Values[k] : row.Values[k] * weights[row.Features[k]];
        }

        return sum;
    }

    /// <summary>
    /// Turns R · d in a row's gradients into δ = ∂L/∂(e · x̄), with d and e the feature's rows of W_dec and W_enc; what further parameters need goes
    /// to <see cref="SparseRow.Extra"/>.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="penalty">λ / batch.</param>
    /// <param name="extraDots">R · d of the second x̂, where the variant has one.</param>
    public virtual void Backward(SparseRow row, float penalty, float* extraDots)
    {
        var weights = PenaltyWeights;
        for (var k = 0; k < row.Count; k++)
        {
            row.Gradients[k] += weights.IsEmpty ? penalty : penalty * weights[row.Features[k]];
        }
    }

    /// <summary>The gradients of a feature's own numbers: b_enc, unless the variant has more.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="entries">All its entries.</param>
    /// <param name="delta">The sum of their δ.</param>
    /// <param name="gradients">Where they go.</param>
    public virtual void SumFeature(int feature, SparseRow entries, float delta, DictionaryTensors gradients) => gradients.BEnc[feature] = delta;

    /// <summary>Adds what a penalty on W_dec itself gives its gradient.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">The gradients, complete but for this.</param>
    /// <param name="activations">Σ f of each feature over the batch.</param>
    /// <param name="penalty">λ / batch.</param>
    public virtual void AddDecoderPenalty(DictionaryTensors parameters, DictionaryTensors gradients, float[] activations, float penalty)
    {
    }

    /// <summary>The dictionary for x from the one for scale · x, in its inference form.</summary>
    public virtual SparseAutoencoder Export(DictionaryTensors parameters, float scale) => DictionaryWeights.ToDictionary(parameters, scale);
}
