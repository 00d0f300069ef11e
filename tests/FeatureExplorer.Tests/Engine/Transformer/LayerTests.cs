using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Engine.Transformer.Layers;
using Xunit.Abstractions;

namespace FeatureExplorer.Tests.Engine.Transformer;

/// <summary>Each kind of layer alone: results against plain loops in double precision, gradients against their central differences.</summary>
public sealed unsafe class LayerTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(3, 20)]
    [InlineData(9, 128)]
    [InlineData(2, 5)]
    public void LayerNorm_AgainstReference(int rows, int width)
    {
        using var x = Numbers.Random(rows * width, "x", 3);
        using var gain = Numbers.Random(width, "gain");
        using var bias = Numbers.Random(width, "bias");
        using var dy = Numbers.Random(rows * width, "dy");
        using var residual = Numbers.Random(rows * width, "residual");
        using var y = new FloatBuffer(rows * width);
        using var dx = new FloatBuffer(rows * width);
        using var sums = new FloatBuffer(2 * width);
        using var statistics = new FloatBuffer(2 * rows);
        var (mean, inverse) = ((nint)statistics.Pointer, (nint)(statistics.Pointer + rows));

        LayerNorm.Forward(x.Pointer, gain.Pointer, bias.Pointer, 1e-5f, y.Pointer, (float*)mean, (float*)inverse, rows, width);
        LayerNorm.Backward(
            dy.Pointer, x.Pointer, gain.Pointer, (float*)mean, (float*)inverse, residual.Pointer, dx.Pointer, sums.Pointer, sums.Pointer + width, rows, width);

        var (xs, gains, biases, weights, flow) = (Numbers.Doubles(x), Numbers.Doubles(gain), Numbers.Doubles(bias), Numbers.Doubles(dy), Numbers.Doubles(residual));
        double Objective() => ReferenceTransformer.LayerNorm(xs, gains, biases, 1e-5).Zip(weights, (a, b) => a * b).Sum() + xs.Zip(flow, (a, b) => a * b).Sum();
        Assert.True(Numbers.RelativeError(y.Span(), ReferenceTransformer.LayerNorm(xs, gains, biases, 1e-5)) < 1e-5);
        Numbers.CheckGradient(output, "x", xs, Objective, dx.Span());
        Numbers.CheckGradient(output, "gain", gains, Objective, sums.Span(0, width));
        Numbers.CheckGradient(output, "bias", biases, Objective, sums.Span(width, width));
    }

    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(13, 20, 28)]
    [InlineData(64, 128, 49)]
    public void Linear_AgainstReference(int rows, int inputs, int outputs)
    {
        using var x = Numbers.Random(rows * inputs, "x");
        using var weights = Numbers.Random(inputs * outputs, "weights");
        using var bias = Numbers.Random(outputs, "bias");
        using var residual = Numbers.Random(rows * outputs, "residual");
        using var dy = Numbers.Random(rows * outputs, "dy");
        using var y = new FloatBuffer(rows * outputs);
        using var dx = new FloatBuffer(rows * inputs);
        using var dWeights = new FloatBuffer(inputs * outputs);
        using var scratch = new FloatBuffer((rows + 8) * Math.Max(inputs, outputs));
        using var layer = new Linear(weights.Pointer, bias.Pointer, inputs, outputs, training: true);
        layer.Pack();

        layer.Forward(x.Pointer, residual.Pointer, y.Pointer, rows, scratch.Pointer);
        layer.BackwardInput(dy.Pointer, dx.Pointer, rows, scratch.Pointer);
        layer.BackwardWeights(x.Pointer, dy.Pointer, rows, dWeights.Pointer);

        var (xs, ws, bs, flow) = (Numbers.Doubles(x), Numbers.Doubles(weights), Numbers.Doubles(bias), Numbers.Doubles(dy));
        double Objective() => ReferenceTransformer.Linear(xs, ws, bs).Zip(flow, (a, b) => a * b).Sum();
        var expected = ReferenceTransformer.Linear(xs, ws, bs).Zip(Numbers.Doubles(residual), (a, b) => a + b).ToArray();
        Assert.True(Numbers.RelativeError(y.Span(), expected) < 1e-5);
        Numbers.CheckGradient(output, "x", xs, Objective, dx.Span(), stride: 1 + (xs.Length / 10));
        Numbers.CheckGradient(output, "W", ws, Objective, dWeights.Span(), stride: 1 + (ws.Length / 10));

        layer.Forward(x.Pointer, null, y.Pointer, rows, scratch.Pointer);
        Assert.True(Numbers.RelativeError(y.Span(), ReferenceTransformer.Linear(xs, ws, bs)) < 1e-5);
    }

    [Theory]
    [InlineData(2, 12, 4, 5)] // one panel, partly filled; heads that fill no tile
    [InlineData(1, 48, 1, 8)]
    [InlineData(3, 70, 2, 16)] // a full panel and one of 22 queries
    [InlineData(1, 113, 1, 64)]
    public void CausalAttention_AgainstReference(int windows, int length, int heads, int size)
    {
        var d = heads * size;
        var rows = windows * length;
        var config = new TransformerConfig { DModel = d, Heads = heads, Context = length + 3, VocabularySize = 2 };
        using var qkv = Numbers.Random(rows * 3 * d, "qkv");
        using var dy = Numbers.Random(rows * d, "dy");
        using var y = new FloatBuffer(rows * d);
        using var dQkv = new FloatBuffer(rows * 3 * d);
        using var attention = new CausalAttention(config, 0, windows, training: true);
        using var forwardOnly = new CausalAttention(config, 0, windows, training: false);

        attention.Forward(qkv.Pointer, y.Pointer, windows, length);
        attention.Backward(qkv.Pointer, dy.Pointer, dQkv.Pointer, windows, length);

        var (values, flow) = (Numbers.Doubles(qkv), Numbers.Doubles(dy));
        Assert.True(Numbers.RelativeError(y.Span(), ReferenceTransformer.Attention(values, windows, length, heads, size)) < 1e-5);
        var first = y.Span().ToArray();
        forwardOnly.Forward(qkv.Pointer, y.Pointer, windows, length);
        Assert.Equal(first, y.Span().ToArray());

        // The last window alone, as cheap to differentiate as any.
        var window = values[^(length * 3 * d)..];
        double Objective() => ReferenceTransformer.Attention(window, 1, length, heads, size).Zip(flow[^(length * d)..], (a, b) => a * b).Sum();
        var start = values.Length - window.Length;
        Numbers.CheckGradient(output, "qkv", window, Objective, dQkv.Span(start, window.Length), stride: 1 + (window.Length / 12));
    }

    [Fact]
    public void CausalAttention_LaterTokens_ChangeNothingBefore()
    {
        var config = new TransformerConfig { DModel = 16, Heads = 2, Context = 100, VocabularySize = 2 };
        using var qkv = Numbers.Random(100 * 48, "qkv");
        using var y = new FloatBuffer(100 * 16);
        using var attention = new CausalAttention(config, 0, 1, training: false);
        attention.Forward(qkv.Pointer, y.Pointer, 1, 100);
        var before = y.Span().ToArray();

        const int Changed = 57;
        qkv.Span(Changed * 48, 43 * 48).Fill(1e20f);
        attention.Forward(qkv.Pointer, y.Pointer, 1, 100);

        Assert.Equal(before[..(Changed * 16)], y.Span(0, Changed * 16).ToArray());
    }

    [Fact]
    public void FeedForward_AgainstReference()
    {
        const int Rows = 11;
        var config = new TransformerConfig { DModel = 20, DMlp = 36, VocabularySize = 2 };
        using var parameters = new TransformerParameters(config);
        using var gradients = new TransformerParameters(config);
        using var random = Numbers.Random((int)parameters.Length, "parameters");
        random.Span().CopyTo(new Span<float>(parameters.Pointer, (int)parameters.Length));
        using var x = Numbers.Random(Rows * 20, "x");
        using var residual = Numbers.Random(Rows * 20, "residual");
        using var dy = Numbers.Random(Rows * 20, "dy");
        using var y = new FloatBuffer(Rows * 20);
        using var hidden = new FloatBuffer(Rows * 36);
        using var dHidden = new FloatBuffer(Rows * 36);
        using var dx = new FloatBuffer(Rows * 20);
        using var scratch = new FloatBuffer((Rows + 8) * 36);
        using var layer = new FeedForward(new LayerView(parameters, 0), config, training: true);
        layer.Pack();

        layer.ForwardUp(x.Pointer, hidden.Pointer, null, null, Rows, scratch.Pointer);
        layer.ForwardDown(hidden.Pointer, residual.Pointer, y.Pointer, Rows, scratch.Pointer);
        layer.BackwardInput(dy.Pointer, hidden.Pointer, null, null, dHidden.Pointer, null, dx.Pointer, Rows, scratch.Pointer);
        layer.BackwardWeights(x.Pointer, hidden.Pointer, dHidden.Pointer, null, dy.Pointer, Rows, new LayerView(gradients, 0));

        var p = ReferenceTransformer.ParametersOf(parameters);
        var (xs, flow) = (Numbers.Doubles(x), Numbers.Doubles(dy));
        double[] Run()
        {
            var neurons = ReferenceTransformer.Linear(xs, p["h.0.mlp.c_fc.weight"], p["h.0.mlp.c_fc.bias"]).Select(v => Math.Max(v, 0)).ToArray();
            return ReferenceTransformer.Linear(neurons, p["h.0.mlp.c_proj.weight"], p["h.0.mlp.c_proj.bias"]);
        }
        double Objective() => Run().Zip(flow, (a, b) => a * b).Sum();
        Assert.True(Numbers.RelativeError(y.Span(), [.. Run().Zip(Numbers.Doubles(residual), (a, b) => a + b)]) < 1e-5);
        Numbers.CheckGradient(output, "x", xs, Objective, dx.Span());
        Numbers.CheckGradient(output, "up", p["h.0.mlp.c_fc.weight"], Objective, gradients.Span("h.0.mlp.c_fc.weight"), stride: 7);
        Numbers.CheckGradient(output, "down", p["h.0.mlp.c_proj.weight"], Objective, gradients.Span("h.0.mlp.c_proj.weight"), stride: 7);
    }

    [Fact]
    public void Embedding_Backward_SumsRowsOfEachTokenAndPosition()
    {
        const int Width = 5, Windows = 3, Length = 4, Vocabulary = 7;
        var tokens = Numbers.Tokens(Windows * Length, Vocabulary, "tokens");
        using var dx = Numbers.Random(Windows * Length * Width, "dx");
        using var dTokens = Numbers.Random(Vocabulary * Width, "left over from the last step");
        using var dPositions = Numbers.Random(6 * Width, "left over");
        var embedding = new Embedding(Vocabulary, Width, Windows * Length);

        fixed (int* t = tokens)
        {
            embedding.Backward(t, dx.Pointer, dTokens.Pointer, dPositions.Pointer, Windows, Length, context: 6);
        }

        var (byToken, byPosition) = (new double[Vocabulary * Width], new double[6 * Width]);
        for (var i = 0; i < Windows * Length * Width; i++)
        {
            var (row, column) = (i / Width, i % Width);
            byToken[(tokens[row] * Width) + column] += dx.Pointer[i];
            byPosition[(row % Length * Width) + column] += dx.Pointer[i];
        }
        Assert.True(Numbers.RelativeError(dTokens.Span(), byToken) < 1e-6);
        Assert.True(Numbers.RelativeError(dPositions.Span(), byPosition) < 1e-6);
    }

    [Theory]
    [InlineData(1, 20, 53)] // less than a panel of tokens, a vocabulary that fills no tile
    [InlineData(49, 16, 48)]
    [InlineData(200, 128, 59)]
    [InlineData(1700, 8, 100)] // more than one block in a group
    public void UnembeddingLoss_AgainstReference(int tokens, int width, int vocabulary)
    {
        var targets = Numbers.Tokens(tokens, vocabulary, "targets");
        using var x = Numbers.Random(tokens * width, "x", 0.7f);
        using var weights = Numbers.Random(vocabulary * width, "weights", 0.5f);
        using var dx = new FloatBuffer(tokens * width);
        using var dWeights = new FloatBuffer(vocabulary * width);
        using var training = new UnembeddingLoss(width, vocabulary, training: true);
        using var forwardOnly = new UnembeddingLoss(width, vocabulary, training: false);
        training.Pack(weights.Pointer);
        forwardOnly.Pack(weights.Pointer);
        var losses = new float[tokens];
        double loss;
        fixed (int* y = targets)
        fixed (float* each = losses)
        {
            loss = training.ForwardBackward(x.Pointer, y, tokens, dx.Pointer, dWeights.Pointer);
            forwardOnly.Forward(x.Pointer, y, tokens, each);
        }

        var (xs, ws) = (Numbers.Doubles(x), Numbers.Doubles(weights));
        var expected = ReferenceTransformer.CrossEntropy(xs, ws, targets);
        Assert.True(Numbers.RelativeError(losses, expected) < 1e-6);
        Assert.Equal(expected.Average(), loss, 5e-6);
        double Objective() => ReferenceTransformer.CrossEntropy(xs, ws, targets).Average();
        Numbers.CheckGradient(output, "x", xs, Objective, dx.Span(), stride: 1 + (xs.Length / 6));
        Numbers.CheckGradient(output, "W_U", ws, Objective, dWeights.Span(), stride: 1 + (ws.Length / 6));
    }

    [Fact]
    public void UnembeddingLoss_HugeLogits_StaysFinite()
    {
        using var x = Numbers.Random(20 * 8, "x", 100);
        using var weights = Numbers.Random(30 * 8, "weights", 100);
        using var unembedding = new UnembeddingLoss(8, 30, training: false);
        unembedding.Pack(weights.Pointer);
        var targets = Numbers.Tokens(20, 30, "targets");
        var losses = new float[20];
        fixed (int* y = targets)
        fixed (float* each = losses)
        {
            unembedding.Forward(x.Pointer, y, 20, each);
        }
        Assert.True(Numbers.RelativeError(losses, ReferenceTransformer.CrossEntropy(Numbers.Doubles(x), Numbers.Doubles(weights), targets)) < 1e-5);
    }
}
