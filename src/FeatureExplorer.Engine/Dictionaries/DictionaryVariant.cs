using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Dictionaries.Training;
using FeatureExplorer.Engine.Dictionaries.Variants;
using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// One kind of dictionary: its architecture and its training rule, the same on every back end; how f, the loss and the gradients are computed is the back
/// end's (<c>Backends/Cpu/Variants</c>, FeatureExplorer.Torch). Unless a variant says otherwise, f = ReLU(W_enc (x − b_dec) + b_enc), the loss is mean squared
/// error + λ Σ f, and decoder rows keep length 1.
/// </summary>
public abstract class DictionaryVariant
{
    private protected DictionaryVariant(DictionaryOptions options) => Options = options;

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

    /// <summary>Longest list of a row.</summary>
    public virtual int KeepPerRow => int.MaxValue;

    /// <summary>Mean length of the lists of a batch, which are chosen together; 0: each row for itself.</summary>
    public virtual int KeepPerBatchRow => 0;

    /// <summary>Weight of the auxiliary loss.</summary>
    public virtual float AuxiliaryWeight => 1;

    /// <summary>Numbers beyond the tensors that decide how training goes on; part of a checkpoint.</summary>
    public virtual double[] State
    {
        get => [];
        set { }
    }

    /// <summary>How it is trained.</summary>
    public DictionaryOptions Options { get; }

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
    internal abstract void Initialize(DictionaryTensors parameters, VectorSample x, float scale, CounterRandom random);

    /// <summary>The weights of a finished dictionary in the place of the first ones: <see cref="Export"/> gives it back.</summary>
    /// <param name="parameters">To be filled; zeros.</param>
    /// <param name="source">For x as the model gives it; <see cref="DictionaryStart"/> has found that it fits.</param>
    /// <param name="scale">What activations are multiplied by.</param>
    internal virtual void Continue(DictionaryTensors parameters, SparseAutoencoder source, float scale) =>
        DictionaryStart.Fill(parameters, source, scale, CentresInput);

    /// <summary>Told what <see cref="KeepPerBatchRow"/> came to: the smallest activation of the batch.</summary>
    public virtual void Selected(float least)
    {
    }

    /// <summary>A guess at the next batch's smallest activation, from below; null: none.</summary>
    public virtual float? SelectionGuess => null;

    /// <summary>The dictionary for x from the one for scale · x, in its inference form.</summary>
    internal virtual SparseAutoencoder Export(DictionaryTensors parameters, float scale) => DictionaryWeights.ToDictionary(parameters, scale);
}
