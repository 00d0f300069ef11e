using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.LogitSide;

/// <summary>
/// Attribution of a feature at a token (paper, section on attribution similarity): f_i(t) w_i(x), its activation times its logit weight on the token x that
/// comes next in the document; of a dictionary that normalises every token, times σ of the token, as f_i d_i is in x̂. The similarity of two features is the Pearson correlation of these over all indexed tokens.
/// </summary>
public sealed class AttributionSimilarity
{
    private readonly ActivationIndex _index;
    private readonly TokenStore _heldOut;
    private readonly HashSet<long> _ends;

    /// <param name="index">The dictionary's activations.</param>
    /// <param name="heldOut">The tokens that it covers.</param>
    public AttributionSimilarity(ActivationIndex index, TokenStore heldOut)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(heldOut);
        (_index, _heldOut) = (index, heldOut);
        _ends = [.. Enumerable.Range(0, heldOut.DocumentCount).Select(document => heldOut.DocumentEnd(document) - 1), index.Tokens - 1];
    }

    /// <summary>The similarity of one feature to others, in their order.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="others">The others.</param>
    /// <param name="weights">Logit weights of a feature, [V].</param>
    public IReadOnlyList<double> Of(int feature, IReadOnlyList<int> others, Func<int, float[]> weights)
    {
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(weights);
        var (mine, mean, deviation) = Attributions(feature, weights(feature));
        var at = mine.ToDictionary(static entry => entry.Position, static entry => entry.Value);
        return [.. others.Select(other =>
        {
            var (theirs, theirMean, theirDeviation) = Attributions(other, weights(other));
            var product = theirs.Sum(entry => entry.Value * at.GetValueOrDefault(entry.Position)) - (mean * theirMean * _index.Tokens);
            return deviation > 0 && theirDeviation > 0 ? product / (deviation * theirDeviation) : 0;
        })];
    }

    /// <summary>The attributions where the feature fires, their mean over all tokens, and √Σ(a − mean)².</summary>
    private (List<(long Position, double Value)> Values, double Mean, double Deviation) Attributions(int feature, float[] weights)
    {
        var positions = _index.Positions(feature).ToArray();
        var values = _index.Values(feature);
        var found = new List<(long, double)>(positions.Length);
        double sum = 0, squares = 0;
        for (var i = 0; i < positions.Length; i++)
        {
            if (!_ends.Contains(positions[i]))
            {
                var value = (double)_index.GainAt(positions[i]) * (float)values[i] * weights[_heldOut.Tokens[positions[i] + 1]];
                found.Add((positions[i], value));
                sum += value;
                squares += value * value;
            }
        }

        var variance = squares - (sum * sum / _index.Tokens);
        return (found, sum / _index.Tokens, variance > 1e-12 * squares ? Math.Sqrt(variance) : 0);
    }
}
