using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// The control of Towards Monosemanticity's question whether features tell of the model or of the text: a model whose weights are those of a trained one, each matrix's
/// entries in random order. It keeps the distribution of every matrix and nothing of what was learned. Biases and gains stay as they are.
/// </summary>
public static class ShuffledWeights
{
    /// <summary>Shuffles the entries of every matrix in place, the embeddings among them; the same seed gives the same order.</summary>
    public static void Shuffle(TransformerModel model, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        var random = new CounterRandom(seed).Stream("shuffled weights");
        foreach (var matrix in model.Parameters.Items.Where(static item => item.IsMatrix))
        {
            random.Stream(matrix.Name).Shuffle(model.Parameters.Span(matrix.Name));
        }
    }
}
