namespace FeatureExplorer.Engine.Transformer.Generation;

/// <summary>Draws tokens from logits: temperature, then top-k, then top-p (Holtzman et al. 2020), as Hugging Face's generation does.</summary>
/// <param name="options">How.</param>
/// <param name="vocabulary">V.</param>
/// <remarks>One instance per thread: it holds scratch memory.</remarks>
public sealed class TokenSampler(SamplingOptions options, int vocabulary)
{
    private readonly double[] _weights = new double[vocabulary];
    private readonly int[] _order = new int[vocabulary];

    /// <summary>The token at a point of the cumulative distribution, whose tokens lie in the order of their ids, or of their probability with top-k or top-p.</summary>
    /// <param name="logits">[V].</param>
    /// <param name="uniform">The point, from 0 to below 1.</param>
    public int Draw(ReadOnlySpan<float> logits, double uniform)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, _weights.Length, nameof(logits));
        var likeliest = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits);
        if (options.Temperature <= 0)
        {
            return likeliest;
        }

        var (largest, temperature) = ((double)logits[likeliest], (double)options.Temperature);
        for (var token = 0; token < logits.Length; token++)
        {
            _weights[token] = (logits[token] - largest) / temperature;
            _order[token] = token;
        }

        System.Numerics.Tensors.TensorPrimitives.Exp<double>(_weights, _weights);
        return options.TopK > 0 || options.TopP < 1 ? At(uniform, Kept()) : At(uniform, _order.Length);
    }

    /// <summary>Puts the most probable tokens first, ties by id, and counts those that are kept.</summary>
    private int Kept()
    {
        Array.Sort(_order, (a, b) => _weights[b].CompareTo(_weights[a]) is var by and not 0 ? by : a.CompareTo(b));
        var count = options.TopK > 0 ? Math.Min(options.TopK, _order.Length) : _order.Length;
        if (options.TopP >= 1)
        {
            return count;
        }

        var needed = options.TopP * Sum(count);
        var (kept, reached) = (0, 0.0);
        do
        {
            reached += _weights[_order[kept++]];
        }
        while (kept < count && reached < needed);

        return kept;
    }

    private int At(double uniform, int count)
    {
        var left = uniform * Sum(count);
        for (var i = 0; i < count - 1; i++)
        {
            left -= _weights[_order[i]];
            if (left < 0)
            {
                return _order[i];
            }
        }

        return _order[count - 1];
    }

    private double Sum(int count)
    {
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            sum += _weights[_order[i]];
        }

        return sum;
    }
}
