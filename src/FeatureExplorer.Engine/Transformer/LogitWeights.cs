using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// The direct effect of directions of a site on the logits: d · W_down · π · L · W_U for <c>mlp.post</c>, d · π · L · W_U for the others, which lie in
/// the residual stream already. π takes out the mean over the residual stream (an RMSNorm leaves it in) and L is the gain of the last LayerNorm. The LayerNorm's division
/// by σ, which differs from token to token, is left out: the weights of a direction are right up to a positive factor, and are shifted so that
/// their median over the vocabulary is zero. Left out too is what the site's own layer (for <c>resid.pre</c>) and later layers make of the direction.
/// </summary>
public static unsafe class LogitWeights
{
    /// <summary>The weights of one direction [n] on every token [V].</summary>
    /// <inheritdoc cref="Of(TransformerModel, float*, int, float*, bool[], Site)"/>
    public static void Of(TransformerModel model, ReadOnlySpan<float> direction, Span<float> weights, bool[]? occurs = null, Site? site = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNotEqual(direction.Length, (site ?? Site.Default(model.Config)).Width(model.Config));
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, model.Config.VocabularySize);
        fixed (float* from = direction)
        fixed (float* to = weights)
        {
            Of(model, from, 1, to, occurs, site);
        }
    }

    /// <summary>The weights of many directions, by one or two matrix products.</summary>
    /// <param name="model">The model.</param>
    /// <param name="directions">[count, n].</param>
    /// <param name="count">Number of directions.</param>
    /// <param name="weights">Receives [count, V].</param>
    /// <param name="occurs">Which tokens occur in the training text, [V]: the median is over them. Null: over all.</param>
    /// <param name="site">Where the directions lie; null: the neurons of the last layer.</param>
    public static void Of(TransformerModel model, float* directions, int count, float* weights, bool[]? occurs = null, Site? site = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        site ??= Site.Default(model.Config);
        site.Check(model.Config);
        var (config, p) = (model.Config, model.Parameters);
        var (d, vocabulary) = (config.DModel, config.VocabularySize);
        var tokens = Tokens(vocabulary, occurs);
        using var effects = new FloatBuffer((long)count * d);
        Effects(model, directions, count, effects.Pointer, site);
        MatrixProduct.Multiply(false, true, count, vocabulary, d, effects.Pointer, d, p["lm_head.weight"], d, weights, vocabulary);
        WorkerPool.For(count, (row, _) => ShiftMedian(new Span<float>(weights + ((nint)row * vocabulary), vocabulary), tokens));
    }

    /// <summary>What directions add to the last residual stream as the unembedding reads it: d · W_down · π · L, or d · π · L.</summary>
    /// <param name="model">The model.</param>
    /// <param name="directions">[count, n].</param>
    /// <param name="count">Number of directions.</param>
    /// <param name="effects">Receives [count, DModel].</param>
    /// <param name="site">Where the directions lie; null: the neurons of the last layer.</param>
    public static void Effects(TransformerModel model, float* directions, int count, float* effects, Site? site = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ToResidual(model, directions, count, effects, site ?? Site.Default(model.Config));
        var d = model.Config.DModel;
        WorkerPool.For(count, (row, _) => ProjectAndScale(effects + ((nint)row * d), model.Parameters["ln_f.weight"], d, model.Config.Architecture.Norm));
    }

    /// <summary>What directions of a site add to the residual stream: d · W_down for neurons, d itself elsewhere.</summary>
    /// <param name="model">The model.</param>
    /// <param name="directions">[count, n].</param>
    /// <param name="count">Number of directions.</param>
    /// <param name="effects">Receives [count, DModel].</param>
    /// <param name="site">Where the directions lie.</param>
    public static void ToResidual(TransformerModel model, float* directions, int count, float* effects, Site site)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(site);
        var (d, mlp) = (model.Config.DModel, model.Config.DMlp);
        if (site.Kind == SiteKind.MlpPost)
        {
            MatrixProduct.Multiply(
                false, false, count, d, mlp, directions, mlp, model.Parameters[$"h.{site.Layer}.mlp.c_proj.weight"], d, effects, d);
        }
        else
        {
            new ReadOnlySpan<float>(directions, checked(count * d)).CopyTo(new Span<float>(effects, count * d));
        }
    }

    /// <summary>The median: the mean of the two middle values of an even number. Reorders the values.</summary>
    internal static float Median(Span<float> values)
    {
        var middle = values.Length / 2;
        var upper = Select(values, middle);
        if (values.Length % 2 == 1)
        {
            return upper;
        }
        var lower = System.Numerics.Tensors.TensorPrimitives.Max<float>(values[..middle]);
        return lower + ((upper - lower) / 2);
    }

    private static int[] Tokens(int vocabulary, bool[]? occurs)
    {
        if (occurs is not null && occurs.Length != vocabulary)
        {
            throw new ArgumentException($"{occurs.Length} marks for a vocabulary of {vocabulary}.", nameof(occurs));
        }
        int[] tokens = [.. Enumerable.Range(0, vocabulary).Where(token => occurs is null || occurs[token])];
        return tokens.Length > 0 ? tokens : throw new ArgumentException("No token is marked as occurring in the training text.", nameof(occurs));
    }

    private static void ProjectAndScale(float* effect, float* gain, int d, NormKind norm)
    {
        var mean = norm == NormKind.LayerNorm ? System.Numerics.Tensors.TensorPrimitives.Sum(new ReadOnlySpan<float>(effect, d)) / d : 0;
        for (var i = 0; i < d; i++)
        {
            effect[i] = (effect[i] - mean) * gain[i];
        }
    }

    private static void ShiftMedian(Span<float> weights, int[] tokens)
    {
        var values = System.Buffers.ArrayPool<float>.Shared.Rent(tokens.Length);
        for (var i = 0; i < tokens.Length; i++)
        {
            values[i] = weights[tokens[i]];
        }
        System.Numerics.Tensors.TensorPrimitives.Subtract(weights, Median(values.AsSpan(0, tokens.Length)), weights);
        System.Buffers.ArrayPool<float>.Shared.Return(values);
    }

    /// <summary>The k-th smallest (Hoare's selection); what lies before it is not larger, what lies after not smaller.</summary>
    private static float Select(Span<float> values, int k)
    {
        var (low, high) = (0, values.Length - 1);
        while (low < high)
        {
            var pivot = values[low + ((high - low) / 2)];
            var (i, j) = (low, high);
            while (i <= j)
            {
                while (values[i] < pivot)
                {
                    i++;
                }
                while (values[j] > pivot)
                {
                    j--;
                }
                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }
            if (k <= j)
            {
                high = j;
            }
            else if (k >= i)
            {
                low = i;
            }
            else
            {
                break;
            }
        }
        return values[k];
    }
}
