namespace FeatureExplorer.Analysis.Steering;

/// <summary>The samples of one set of pins. Shares and means are over all generated tokens, so that a longer sample counts for more.</summary>
/// <param name="Samples">The samples.</param>
public sealed record SteeredSamples(IReadOnlyList<SteeredSample> Samples)
{
    /// <summary>Share of the generated tokens inside the context; null without tokens or a context.</summary>
    public double? InContext
    {
        get
        {
            var inside = Samples.Where(static sample => sample.Inside is not null).SelectMany(static sample => sample.Inside!).ToList();
            return inside.Count > 0 ? inside.Count(static token => token) / (double)inside.Count : null;
        }
    }

    /// <summary>Mean loss of the generated tokens under the model as it is, nats: how coherent they are. Null without tokens.</summary>
    public double? Loss => Samples.SelectMany(static sample => sample.Losses).DefaultIfEmpty(float.NaN).Average() is var mean && float.IsNaN(mean) ? null : mean;
}
