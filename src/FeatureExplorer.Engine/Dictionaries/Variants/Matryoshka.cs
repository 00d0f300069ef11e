using FeatureExplorer.Engine.Dictionaries.Training;

namespace FeatureExplorer.Engine.Dictionaries.Variants;

/// <summary>
/// <c>matryoshka</c>: Bussmann et al. 2025, "Learning Multi-Level Features with Matryoshka Sparse Autoencoders". <see cref="BatchTopK"/> whose
/// first m₁ features must reconstruct x by themselves, as must the first m₂, and so on to all m:
/// <code>
/// x̂_g = Σ_{i &lt; m_g} f_i d_i + b_dec
/// L = mean over the batch of ( Σ_g mean over n of (x − x̂_g)² + α · mean over n of (e − ê)² )        e = x − x̂_G, held fixed
/// </code>
/// so that general features cannot hide behind their special cases. f is chosen once, over all m. Exported like <see cref="BatchTopK"/>.
/// </summary>
internal sealed class Matryoshka(DictionaryOptions options) : BatchTopK(options)
{
    public override int[] PrefixEnds(int features) =>
        [.. Options.Prefixes.Select(share => Math.Clamp((int)Math.Round(share * features), 1, features)).Distinct()];
}
