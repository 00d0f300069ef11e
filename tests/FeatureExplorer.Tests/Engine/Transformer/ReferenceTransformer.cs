using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Tests.Engine.Transformer;

/// <summary>The same model in double precision with plain loops: the independent truth of the tests here. All matrices are row-major.</summary>
internal static class ReferenceTransformer
{
    public static Dictionary<string, double[]> ParametersOf(TransformerParameters parameters) =>
        parameters.Items.ToDictionary(item => item.Name, item => parameters.Span(item.Name).ToArray().Select(v => (double)v).ToArray());

    /// <summary>Mean loss, after an edit of the last layer's neurons; also returns the loss of every position and the neurons [rows, dMlp].</summary>
    public static (double Mean, double[] Losses, double[] Hidden) Run(
        TransformerConfig c, Dictionary<string, double[]> p, ushort[] tokens, ushort[] targets, int windows, int length, Func<double[], double[]>? edit = null)
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
        TransformerConfig c, Dictionary<string, double[]> p, ushort[] tokens, ushort[] targets, int windows, int length, Site site, Func<double[], double[]> edit)
    {
        var (rows, d) = (windows * length, c.DModel);
        var x = new double[rows * d];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = p["wte.weight"][(tokens[i / d] * d) + (i % d)] + p["wpe.weight"][(i / d % length * d) + (i % d)];
        }
        for (var layer = 0; layer < c.Layers; layer++)
        {
            double[] At(SiteKind kind, double[] values) => site == new Site(kind, layer) ? edit(values) : values;
            var h = $"h.{layer}.";
            x = At(SiteKind.ResidPre, x);
            var normalised = LayerNorm(x, p[h + "ln_1.weight"], p[h + "ln_1.bias"], c.LayerNormEpsilon);
            var qkv = Linear(normalised, p[h + "attn.c_attn.weight"], p[h + "attn.c_attn.bias"]);
            var attended = Attention(qkv, windows, length, c.Heads, c.HeadSize);
            x = Add(x, Linear(attended, p[h + "attn.c_proj.weight"], p[h + "attn.c_proj.bias"]));
            normalised = LayerNorm(x, p[h + "ln_2.weight"], p[h + "ln_2.bias"], c.LayerNormEpsilon);
            double[] hidden = [.. Linear(normalised, p[h + "mlp.c_fc.weight"], p[h + "mlp.c_fc.bias"]).Select(v => Math.Max(v, 0))];
            hidden = At(SiteKind.MlpPost, hidden);
            x = Add(x, At(SiteKind.MlpOut, Linear(hidden, p[h + "mlp.c_proj.weight"], p[h + "mlp.c_proj.bias"])));
            x = At(SiteKind.ResidPost, x);
        }
        var final = LayerNorm(x, p["ln_f.weight"], p["ln_f.bias"], c.LayerNormEpsilon);
        return (CrossEntropy(final, p["lm_head.weight"], targets), Logits(final, p["lm_head.weight"], rows));
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

    public static double[] Attention(double[] qkv, int windows, int length, int heads, int size)
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
                scores[key] = Math.Exp(score / Math.Sqrt(size));
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

    public static double[] CrossEntropy(double[] x, double[] unembedding, ushort[] targets)
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
