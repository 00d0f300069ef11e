using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Transformer;

/// <summary>The same model in double precision with plain loops: the independent truth of the tests here. All matrices are row-major.</summary>
internal static class ReferenceTransformer
{
    public static Dictionary<string, double[]> ParametersOf(TransformerParameters parameters) =>
        parameters.Items.ToDictionary(item => item.Name, item => parameters.Span(item.Name).ToArray().Select(v => (double)v).ToArray());

    /// <summary>Mean loss, after an edit of the last layer's neurons; also returns the loss of every position and the neurons [rows, dMlp].</summary>
    public static (double Mean, double[] Losses, double[] Hidden) Run(
        TransformerConfig c, Dictionary<string, double[]> p, int[] tokens, int[] targets, int windows, int length, Func<double[], double[]>? edit = null)
    {
        double[] hidden = [];
        var (losses, _) = RunSite(c, p, tokens, targets, windows, length, Site.Default(c), values =>
        {
            hidden = values;
            return edit is null ? values : edit(values);
        });
        return (losses.Average(), losses, hidden);
    }

    /// <summary>The loss of every position and the logits [rows, V], with what an edit makes of a site's activations [rows, n].</summary>
    public static (double[] Losses, double[] Logits) RunSite(
        TransformerConfig c, Dictionary<string, double[]> p, int[] tokens, int[] targets, int windows, int length, Site site, Func<double[], double[]> edit)
    {
        if (c.StartToken is { } start)
        {
            int[] longer = [.. Enumerable.Range(0, windows * (length + 1)).Select(i => i % (length + 1) == 0 ? start : tokens[(i / (length + 1) * length) + (i % (length + 1)) - 1])];
            var all = RunSite(c with { StartToken = null }, p, longer, longer, windows, length + 1, site, values =>
            {
                var width = values.Length / longer.Length;
                return WithoutStarts(values, edit(Rows(values, width, length)), width, length);
            }).Logits;
            var logits = Rows(all, all.Length / longer.Length, length);
            return ([.. targets.Select((target, row) => -LogSoftmax(logits.AsSpan(row * c.VocabularySize, c.VocabularySize).ToArray())[target])], logits);
        }

        var (rows, d, a) = (windows * length, c.DModel, c.Architecture);
        var x = new double[rows * d];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = p["wte.weight"][(tokens[i / d] * d) + (i % d)] + (a.Rotary is null ? p["wpe.weight"][(i / d % length * d) + (i % d)] : 0);
        }
        for (var layer = 0; layer < c.Layers; layer++)
        {
            double[] At(SiteKind kind, double[] values) => site == new Site(kind, layer) ? edit(values) : values;
            var h = $"h.{layer}.";
            x = At(SiteKind.ResidPre, x);
            var qkv = Linear(Norm(x, h + "ln_1"), h + "attn.c_attn", 3 * c.AttentionWidth);
            Place(c, p, h, qkv, length);
            var attended = Attention(qkv, windows, length, c.Heads, c.HeadSize, a.WindowOf(layer));
            var middle = Add(x, Linear(attended, h + "attn.c_proj", d));
            var read = a.Parallel ? x : middle;
            var normalised = Norm(read, h + "ln_2");
            // These are read alone: what the edit makes of them is dropped.
            At(SiteKind.ResidMid, read);
            At(SiteKind.MlpIn, normalised);
            At(SiteKind.MlpNorm, Unscaled(read));
            var up = Linear(normalised, h + "mlp.c_fc", c.DMlp);
            double[] hidden = a.Gated ? [.. Linear(normalised, h + "mlp.c_gate", c.DMlp).Zip(up, (gate, value) => Neuron(a.Neurons, gate) * value)] : [.. up.Select(v => Neuron(a.Neurons, v))];
            hidden = At(SiteKind.MlpPost, hidden);
            x = Add(middle, At(SiteKind.MlpOut, Linear(hidden, h + "mlp.c_proj", d)));
            x = At(SiteKind.ResidPost, x);
        }
        var final = Logits(Norm(x, "ln_f"), p[a.TiedUnembedding ? "wte.weight" : "lm_head.weight"], rows);
        if (a.UnembeddingBias)
        {
            final = [.. final.Select((v, i) => v + p["lm_head.bias"][i % c.VocabularySize])];
        }

        return ([.. targets.Select((target, row) => -LogSoftmax(final.AsSpan(row * c.VocabularySize, c.VocabularySize).ToArray())[target])], final);

        double[] Norm(double[] values, string name) => a.Norm == NormKind.LayerNorm
            ? LayerNorm(values, p[name + ".weight"], p[name + ".bias"], c.LayerNormEpsilon)
            : RmsNorm(values, p[name + ".weight"], c.LayerNormEpsilon);

        double[] Unscaled(double[] values)
        {
            double[] ones = [.. Enumerable.Repeat(1.0, d)];
            return a.Norm == NormKind.LayerNorm ? LayerNorm(values, ones, new double[d], c.LayerNormEpsilon) : RmsNorm(values, ones, c.LayerNormEpsilon);
        }

        double[] Linear(double[] values, string name, int outputs) => ReferenceTransformer.Linear(values, p[name + ".weight"], a.Biases ? p[name + ".bias"] : new double[outputs]);
    }

    /// <summary>x / √(mean of x² + ε) · gain.</summary>
    public static double[] RmsNorm(double[] x, double[] gain, double epsilon)
    {
        var y = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            var row = x.AsSpan(i / gain.Length * gain.Length, gain.Length).ToArray();
            y[i] = x[i] / Math.Sqrt(row.Average(v => v * v) + epsilon) * gain[i % gain.Length];
        }
        return y;
    }

    public static double Neuron(NeuronKind kind, double x) => kind switch
    {
        NeuronKind.Relu => Math.Max(x, 0),
        NeuronKind.Silu => x / (1 + Math.Exp(-x)),
        NeuronKind.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        _ => x * Normal(x),
    };

    /// <summary>Φ(x) by its series ½ + φ(x) (x + x³/3 + x⁵/15 + …).</summary>
    private static double Normal(double x)
    {
        var (sum, term) = (x, x);
        for (var i = 3; i < 400; i += 2)
        {
            sum += term *= x * x / i;
        }
        return Math.Clamp(0.5 + (sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)), 0, 1);
    }

    /// <summary>Norms of queries and keys, and rotary positions as products of complex numbers.</summary>
    private static void Place(TransformerConfig c, Dictionary<string, double[]> p, string h, double[] qkv, int length)
    {
        for (var at = 0; at < qkv.Length; at += c.HeadSize)
        {
            var part = at / c.AttentionWidth % 3;
            if (part == 2)
            {
                continue;
            }
            if (c.Architecture.QueryKeyNorm)
            {
                RmsNorm(qkv[at..(at + c.HeadSize)], p[h + (part == 0 ? "attn.q_norm.weight" : "attn.k_norm.weight")], c.LayerNormEpsilon).CopyTo(qkv, at);
            }
            var half = (c.Architecture.Rotary?.Dimensions ?? 0) / 2;
            for (var i = 0; i < half; i++)
            {
                var angle = at / (3 * c.AttentionWidth) % length * Math.Pow(c.Architecture.Rotary!.Base, -(double)i / half);
                var turned = new System.Numerics.Complex(qkv[at + i], qkv[at + half + i]) * System.Numerics.Complex.FromPolarCoordinates(1, angle);
                (qkv[at + i], qkv[at + half + i]) = (turned.Real, turned.Imaginary);
            }
        }
    }

    /// <summary>The rows of windows without the first of each.</summary>
    private static double[] Rows(double[] values, int width, int length) => [.. values.Where((_, i) => i / width % (length + 1) > 0)];

    /// <summary>Puts rows back behind the first of each window.</summary>
    private static double[] WithoutStarts(double[] values, double[] edited, int width, int length)
    {
        var next = 0;
        return [.. values.Select((v, i) => i / width % (length + 1) > 0 ? edited[next++] : v)];
    }

    /// <summary>KL(p ‖ q) of the softmaxes of two sets of logits, row by row.</summary>
    public static double[] Divergences(double[] p, double[] q, int rows)
    {
        var divergences = new double[rows];
        var vocabulary = p.Length / rows;
        for (var row = 0; row < rows; row++)
        {
            var logP = LogSoftmax(p.AsSpan(row * vocabulary, vocabulary).ToArray());
            var logQ = LogSoftmax(q.AsSpan(row * vocabulary, vocabulary).ToArray());
            divergences[row] = logP.Zip(logQ, static (a, b) => Math.Exp(a) * (a - b)).Sum();
        }
        return divergences;
    }

    public static double[] LayerNorm(double[] x, double[] gain, double[] bias, double epsilon)
    {
        var (width, y) = (gain.Length, new double[x.Length]);
        for (var row = 0; row < x.Length / width; row++)
        {
            var values = x.AsSpan(row * width, width).ToArray();
            var mean = values.Average();
            var sigma = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)) + epsilon);
            for (var i = 0; i < width; i++)
            {
                y[(row * width) + i] = ((values[i] - mean) / sigma * gain[i]) + bias[i];
            }
        }
        return y;
    }

    public static double[] Linear(double[] x, double[] weights, double[] bias)
    {
        var (outputs, inputs) = (bias.Length, weights.Length / bias.Length);
        var y = new double[x.Length / inputs * outputs];
        for (var i = 0; i < y.Length; i++)
        {
            var (row, column) = (i / outputs, i % outputs);
            y[i] = bias[column];
            for (var k = 0; k < inputs; k++)
            {
                y[i] += x[(row * inputs) + k] * weights[(k * outputs) + column];
            }
        }
        return y;
    }

    public static double[] Attention(double[] qkv, int windows, int length, int heads, int size, int back = 0)
    {
        var d = heads * size;
        var y = new double[windows * length * d];
        for (var task = 0; task < windows * heads * length; task++)
        {
            var (window, head, query) = (task / (heads * length), task / length % heads, task % length);
            double At(int part, int position, int i) => qkv[(((window * length) + position) * 3 * d) + (part * d) + (head * size) + i];
            var scores = new double[query + 1];
            for (var key = 0; key <= query; key++)
            {
                var score = 0.0;
                for (var i = 0; i < size; i++)
                {
                    score += At(0, query, i) * At(1, key, i);
                }
                scores[key] = back > 0 && query - key >= back ? 0 : Math.Exp(score / Math.Sqrt(size));
            }
            var total = scores.Sum();
            for (var i = 0; i < size; i++)
            {
                var sum = 0.0;
                for (var key = 0; key <= query; key++)
                {
                    sum += scores[key] * At(2, key, i);
                }
                y[(((window * length) + query) * d) + (head * size) + i] = sum / total;
            }
        }
        return y;
    }

    public static double[] CrossEntropy(double[] x, double[] unembedding, int[] targets)
    {
        var logits = Logits(x, unembedding, targets.Length);
        var vocabulary = logits.Length / targets.Length;
        return [.. targets.Select((target, row) => -LogSoftmax(logits.AsSpan(row * vocabulary, vocabulary).ToArray())[target])];
    }

    private static double[] Logits(double[] x, double[] unembedding, int rows)
    {
        var width = x.Length / rows;
        var vocabulary = unembedding.Length / width;
        var logits = new double[rows * vocabulary];
        for (var i = 0; i < logits.Length; i++)
        {
            for (var k = 0; k < width; k++)
            {
                logits[i] += x[(i / vocabulary * width) + k] * unembedding[(i % vocabulary * width) + k];
            }
        }
        return logits;
    }

    private static double[] LogSoftmax(double[] logits)
    {
        var max = logits.Max();
        var normaliser = max + Math.Log(logits.Sum(v => Math.Exp(v - max)));
        return [.. logits.Select(v => v - normaliser)];
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
