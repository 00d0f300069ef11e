using FeatureExplorer.Engine.Dictionaries.Training;
using static FeatureExplorer.Engine.Dictionaries.DictionaryVariants;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>
/// Every dictionary that can be trained, in plain loops and double precision: encoder, decoder and loss as the sources write them, dense. Slow, and what all kernels
/// are tested against. n inputs, m features; W_enc and W_dec are [m, n], their rows e_i and d_i; x [batch][n].
/// </summary>
/// <remarks>
/// Sources: <c>paper-2023</c> Bricken et al. 2023, "Towards Monosemanticity"; <c>april-2024</c> Anthropic, Circuits Updates, April 2024; <c>topk</c> Gao et al. 2024,
/// arXiv:2406.04093; <c>batchtopk</c> Bussmann et al. 2024, arXiv:2412.06410; <c>jumprelu</c> Rajamanoharan et al. 2024, arXiv:2407.14435; <c>gated</c> Rajamanoharan
/// et al. 2024, arXiv:2404.16014; <c>matryoshka</c> Bussmann et al. 2025, arXiv:2503.17547. What a source holds fixed comes from <see cref="Freeze"/>, so that finite
/// differences of the loss are the gradient that it means; only <c>jumprelu</c>'s threshold learns by a rule of its own, which <c>Variants/JumpRelu.cs</c> states.
/// </remarks>
public sealed partial class DictionaryReference
{
    private readonly DictionaryOptions _options;
    private readonly int _n;
    private readonly int _m;
    private DictionaryReference _frozen;

    /// <summary>All parameters 0.</summary>
    /// <param name="inputs">n.</param>
    /// <param name="options">The variant, m, k and the weights of the loss.</param>
    public DictionaryReference(int inputs, DictionaryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _n, _m, _frozen) = (options, inputs, options.Features, this);
        (WEnc, BEnc, WDec, BDec) = (new double[_m * _n], new double[_m], new double[_m * _n], new double[_n]);
        Extras = options.Variant switch { JumpRelu => [new double[_m]], Gated => [new double[_m], new double[_m]], _ => [] };
    }

    /// <summary>[m, n].</summary>
    public double[] WEnc { get; private init; }

    /// <summary>[m]; <c>gated</c>: b_gate.</summary>
    public double[] BEnc { get; private init; }

    /// <summary>[m, n].</summary>
    public double[] WDec { get; private init; }

    /// <summary>[n].</summary>
    public double[] BDec { get; private init; }

    /// <summary>[m] each. <c>jumprelu</c>: log θ; <c>gated</c>: r_mag, b_mag.</summary>
    public IReadOnlyList<double[]> Extras { get; private init; }

    /// <summary>Holds what the sources hold fixed at the parameters of now.</summary>
    public void Freeze() => _frozen = new DictionaryReference(_n, _options)
    {
        WEnc = [.. WEnc],
        BEnc = [.. BEnc],
        WDec = [.. WDec],
        BDec = [.. BDec],
        Extras = [.. Extras.Select(static extra => extra.ToArray())],
    };

    /// <summary>f [batch][m] in training; the rows of <c>batchtopk</c> and <c>matryoshka</c> compete with each other.</summary>
    public double[][] Encode(double[][] x)
    {
        double[][] pre = [.. x.Select(PreActivations)];
        return _options.Variant switch
        {
            TopK => [.. pre.Select(row => Largest([row], _options.K)[0])],
            BatchTopK or Matryoshka => Largest(pre, _options.K * x.Length),
            JumpRelu => Each(pre, (p, i) => p > Math.Exp(Extras[0][i]) ? p : 0),
            Gated => Each(pre, (gate, i) => gate > 0 ? ReLU(((gate - BEnc[i]) * Math.Exp(Extras[0][i])) + Extras[1][i]) : 0),
            _ => Each(pre, static (p, _) => ReLU(p)),
        };
    }

    /// <summary>f [m] of one vector, a batch by itself.</summary>
    public double[] Encode(double[] x) => Encode([x])[0];

    /// <summary>x̂ [n] = Σ_i f_i d_i + b_dec, of the first features of f.</summary>
    public double[] Decode(double[] f, int? features = null) => Sum(f, features ?? _m, BDec);

    /// <summary>The named losses of a batch: means over its rows.</summary>
    /// <param name="x">[batch][n].</param>
    /// <param name="lambda">λ.</param>
    /// <param name="dead">Dead features, which <c>topk</c>, <c>batchtopk</c> and <c>matryoshka</c> teach.</param>
    public StepLosses Loss(double[][] x, double lambda, IReadOnlyCollection<int>? dead = null)
    {
        var (f, fixedF) = (Encode(x), _frozen.Encode(x));
        double Mean(Func<int, double> ofRow) => Enumerable.Range(0, x.Length).Average(ofRow);
        double Error(int row, int features) => SquareError(x[row], Decode(f[row], features)) / _n;
        return new StepLosses(
            MeanSquaredError: Mean(row => Error(row, _m)),
            Reconstruction: _options.Variant switch
            {
                April2024 => Mean(row => _n * Error(row, _m)), // the sum of squares
                Matryoshka => Mean(row => PrefixEnds.Sum(end => Error(row, end))), // every nested dictionary by itself
                _ => Mean(row => Error(row, _m)),
            },
            Sparsity: _options.Variant switch
            {
                Paper2023 => Mean(row => lambda * f[row].Sum()),
                April2024 => Mean(row => lambda * f[row].Select((a, i) => a * Norm(i)).Sum()),
                JumpRelu => Mean(row => lambda * f[row].Count(static a => a > 0)),
                Gated => Mean(row => lambda * Gates(x[row]).Sum()),
                _ => 0, // k says how sparse f is
            },
            Auxiliary: _options.Variant switch
            {
                TopK or BatchTopK or Matryoshka => Mean(row => DeadError(x[row], fixedF[row], dead ?? [])),
                Gated => Mean(row => SquareError(x[row], _frozen.Decode(Gates(x[row]))) / _n), // the decoder is held fixed
                _ => 0,
            },
            Active: f.Sum(static row => row.LongCount(static a => a > 0)),
            Dense: true);
    }

    /// <summary>W_enc (x − b_dec) + b_enc; april-2024 and jumprelu take no b_dec off.</summary>
    private double[] PreActivations(double[] x)
    {
        var p = (double[])BEnc.Clone();
        for (var i = 0; i < _m; i++)
        {
            for (var j = 0; j < _n; j++)
            {
                p[i] += WEnc[(i * _n) + j] * (_options.Variant is April2024 or JumpRelu ? x[j] : x[j] - BDec[j]);
            }
        }

        return p;
    }

    /// <summary>ReLU(π): the open gates, which learn from the penalty and from a reconstruction of their own.</summary>
    private double[] Gates(double[] x) => [.. PreActivations(x).Select(ReLU)];

    /// <summary>α · mean over n of (e − ê)²: e = x − x̂, held fixed, from the k_aux largest pre-activations of the dead features, without b_dec.</summary>
    private double DeadError(double[] x, double[] fixedF, IReadOnlyCollection<int> dead)
    {
        double[] e = [.. x.Zip(_frozen.Decode(fixedF), static (a, b) => a - b)];
        double[] pre = [.. PreActivations(x).Select((p, i) => dead.Contains(i) ? p : 0)];
        var kept = Largest([pre], _options.AuxK ?? Math.Max(1, _n / 2))[0];
        return dead.Count == 0 ? 0 : _options.AuxWeight * SquareError(e, Sum(kept, _m, new double[_n])) / _n;
    }

    private IEnumerable<int> PrefixEnds => _options.Prefixes.Select(share => Math.Clamp((int)Math.Round(share * _m), 1, _m)).Distinct();

    private double Norm(int i) => Math.Sqrt(WDec.Skip(i * _n).Take(_n).Sum(static d => d * d));

    private double[] Sum(double[] f, int features, double[] bias)
    {
        var sum = (double[])bias.Clone();
        for (var i = 0; i < features; i++)
        {
            for (var j = 0; j < _n; j++)
            {
                sum[j] += f[i] * WDec[(i * _n) + j];
            }
        }

        return sum;
    }

    /// <summary>The k largest positive values of all rows stay; the others are 0.</summary>
    private static double[][] Largest(double[][] rows, int k)
    {
        var keep = rows.SelectMany(static (row, r) => row.Select((p, i) => (p, r, i))).Where(static e => e.p > 0)
            .OrderByDescending(static e => e.p).Take(k).Select(static e => (e.r, e.i)).ToHashSet();
        return [.. rows.Select((row, r) => row.Select((p, i) => keep.Contains((r, i)) ? p : 0).ToArray())];
    }

    private static double[][] Each(double[][] rows, Func<double, int, double> of) => [.. rows.Select(row => row.Select(of).ToArray())];

    private static double ReLU(double value) => Math.Max(0, value);

    private static double SquareError(double[] x, double[] xHat) => x.Zip(xHat, static (a, b) => (a - b) * (a - b)).Sum();
}
