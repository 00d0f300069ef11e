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
        var (rows, d) = (windows * length, c.DModel);
        var x = new double[rows * d];
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = p["wte.weight"][(tokens[i / d] * d) + (i % d)] + p["wpe.weight"][(i / d % length * d) + (i % d)];
        }
        double[] hidden = [];
        for (var layer = 0; layer < c.Layers; layer++)
        {
            var h = $"h.{layer}.";
            var normalised = LayerNorm(x, p[h + "ln_1.weight"], p[h + "ln_1.bias"], c.LayerNormEpsilon);
            var qkv = Linear(normalised, p[h + "attn.c_attn.weight"], p[h + "attn.c_attn.bias"]);
            var attended = Attention(qkv, windows, length, c.Heads, c.HeadSize);
            x = Add(x, Linear(attended, p[h + "attn.c_proj.weight"], p[h + "attn.c_proj.bias"]));
            normalised = LayerNorm(x, p[h + "ln_2.weight"], p[h + "ln_2.bias"], c.LayerNormEpsilon);
            hidden = [.. Linear(normalised, p[h + "mlp.c_fc.weight"], p[h + "mlp.c_fc.bias"]).Select(v => Math.Max(v, 0))];
            var edited = edit is not null && layer == c.Layers - 1 ? edit(hidden) : hidden;
            x = Add(x, Linear(edited, p[h + "mlp.c_proj.weight"], p[h + "mlp.c_proj.bias"]));
        }
        var losses = CrossEntropy(LayerNorm(x, p["ln_f.weight"], p["ln_f.bias"], c.LayerNormEpsilon), p["lm_head.weight"], targets);
        return (losses.Average(), losses, hidden);
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
        var width = x.Length / targets.Length;
        var losses = new double[targets.Length];
        for (var row = 0; row < targets.Length; row++)
        {
            var logits = new double[unembedding.Length / width];
            for (var token = 0; token < logits.Length; token++)
            {
                for (var i = 0; i < width; i++)
                {
                    logits[token] += x[(row * width) + i] * unembedding[(token * width) + i];
                }
            }
            var max = logits.Max();
            losses[row] = max + Math.Log(logits.Sum(v => Math.Exp(v - max))) - logits[targets[row]];
        }
        return losses;
    }

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
