using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Dictionaries.Training;

namespace FeatureExplorer.Tests.Engine.Dictionaries.Variants;

/// <summary>
/// Every variant in plain loops and double precision, dense, as its source writes it: encoding, decoding and the whole loss. What a source
/// holds fixed comes from <see cref="Frozen"/>, so that finite differences of <see cref="Loss"/> are the gradient that it means.
/// </summary>
internal sealed class VariantReference
{
    private readonly DictionaryOptions _options;
    private readonly int _n;
    private readonly int _m;
    private readonly bool _centred;

    public VariantReference(DictionaryStep step, DictionaryOptions options)
    {
        var p = step.Parameters;
        (_options, _n, _m, _centred) = (options, p.Inputs, p.Features, step.Variant.CentresInput);
        WEnc = Doubles(DictionarySamples.Matrix(p, encoder: true));
        WDec = Doubles(DictionarySamples.Matrix(p, encoder: false));
        BEnc = Doubles(p.EncoderBias().ToArray());
        BDec = Doubles(p.DecoderBias().ToArray());
        Extras = [.. Enumerable.Range(0, p.Extras).Select(k => Doubles(p.Extra(k).ToArray()))];
        Frozen = this;
    }

    private VariantReference(VariantReference from)
    {
        (_options, _n, _m, _centred) = (from._options, from._n, from._m, from._centred);
        (WEnc, WDec, BEnc, BDec) = ([.. from.WEnc], [.. from.WDec], [.. from.BEnc], [.. from.BDec]);
        Extras = [.. from.Extras.Select(static extra => extra.ToArray())];
        Frozen = this;
    }

    public double[] WEnc { get; }

    public double[] WDec { get; }

    public double[] BEnc { get; }

    public double[] BDec { get; }

    public double[][] Extras { get; }

    /// <summary>What is held fixed; this itself, until <see cref="Freeze"/>.</summary>
    public VariantReference Frozen { get; private set; }

    /// <summary>Holds the parameters of now fixed.</summary>
    public void Freeze() => Frozen = new VariantReference(this);

    /// <summary>f of each row, in training: the rows of batchtopk compete with each other.</summary>
    public double[][] Encode(double[][] x)
    {
        var pre = x.Select(PreActivations).ToArray();
        return _options.Variant switch
        {
            DictionaryVariants.TopK => [.. pre.Select(row => Largest([row], _options.K)[0])],
            DictionaryVariants.BatchTopK or DictionaryVariants.Matryoshka => Largest(pre, _options.K * x.Length),
            DictionaryVariants.JumpRelu => [.. pre.Select(row => row.Select((p, i) => p > Math.Exp(Extras[0][i]) ? p : 0).ToArray())],
            DictionaryVariants.Gated => [.. pre.Select(row => row.Select(Magnitude).ToArray())],
            _ => [.. pre.Select(static row => row.Select(static p => Math.Max(0, p)).ToArray())],
        };
    }

    /// <summary>x̂ from the first features of f.</summary>
    public double[] Decode(double[] f, int features, double[]? bias = null)
    {
        var xHat = (double[])(bias ?? BDec).Clone();
        for (var i = 0; i < features; i++)
        {
            for (var j = 0; j < _n; j++)
            {
                xHat[j] += f[i] * WDec[(i * _n) + j];
            }
        }

        return xHat;
    }

    /// <summary>The whole loss of a batch, and the number of active features.</summary>
    public (double Loss, int Active) Loss(double[][] x, double lambda, int[] dead)
    {
        var f = Encode(x);
        var fixedF = Frozen.Encode(x);
        var total = 0.0;
        for (var row = 0; row < x.Length; row++)
        {
            total += _options.Variant switch
            {
                DictionaryVariants.April2024 => (_n * Error(x[row], Decode(f[row], _m))) + (lambda * f[row].Select((a, i) => a * Norm(i)).Sum()),
                DictionaryVariants.JumpRelu => Error(x[row], Decode(f[row], _m)) + (lambda * f[row].Count(static a => a > 0)),
                DictionaryVariants.Gated => GatedLoss(x[row], f[row], lambda),
                DictionaryVariants.Matryoshka =>
                    _options.Prefixes.Sum(share => Error(x[row], Decode(f[row], (int)Math.Round(share * _m)))) + Auxiliary(x[row], fixedF[row], dead),
                DictionaryVariants.TopK or DictionaryVariants.BatchTopK => Error(x[row], Decode(f[row], _m)) + Auxiliary(x[row], fixedF[row], dead),
                _ => Error(x[row], Decode(f[row], _m)) + (lambda * f[row].Sum()),
            };
        }

        return (total / x.Length, f.Sum(static row => row.Count(static a => a > 0)));
    }

    public double[] PreActivations(double[] x)
    {
        var p = (double[])BEnc.Clone();
        for (var i = 0; i < _m; i++)
        {
            for (var j = 0; j < _n; j++)
            {
                p[i] += WEnc[(i * _n) + j] * (x[j] - (_centred ? BDec[j] : 0));
            }
        }

        return p;
    }

    private double Magnitude(double gate, int i) => gate > 0 ? Math.Max(0, ((gate - BEnc[i]) * Math.Exp(Extras[0][i])) + Extras[1][i]) : 0;

    private double GatedLoss(double[] x, double[] f, double lambda)
    {
        var gates = PreActivations(x).Select(static p => Math.Max(0, p)).ToArray();
        return Error(x, Decode(f, _m)) + (lambda * gates.Sum()) + Error(x, Frozen.Decode(gates, _m));
    }

    private double Auxiliary(double[] x, double[] fixedF, int[] dead)
    {
        var left = x.Zip(Frozen.Decode(fixedF, _m), static (a, b) => a - b).ToArray();
        var pre = PreActivations(x).Select((p, i) => dead.Contains(i) ? p : 0).ToArray();
        return _options.AuxWeight * Error(left, Decode(Largest([pre], _options.AuxK!.Value)[0], _m, new double[_n]));
    }

    private double Norm(int i) => Math.Sqrt(WDec.AsSpan(i * _n, _n).ToArray().Sum(static d => d * d));

    private static double Error(double[] x, double[] xHat) => x.Zip(xHat, static (a, b) => (a - b) * (a - b)).Average();

    /// <summary>The k largest positive values of all rows stay.</summary>
    private static double[][] Largest(double[][] rows, int k)
    {
        var keep = rows.SelectMany((row, r) => row.Select((p, i) => (p, r, i))).Where(static e => e.p > 0)
            .OrderByDescending(static e => e.p).Take(k).Select(static e => (e.r, e.i)).ToHashSet();
        return [.. rows.Select((row, r) => row.Select((p, i) => keep.Contains((r, i)) ? p : 0).ToArray())];
    }

    private static double[] Doubles(float[] values) => [.. values.Select(static value => (double)value)];
}
