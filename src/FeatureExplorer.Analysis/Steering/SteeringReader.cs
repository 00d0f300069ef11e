using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Exploration;

namespace FeatureExplorer.Analysis.Steering;

/// <summary>Samples with pinned features and says of every generated token what the model as it is, a feature and a context say of it.</summary>
/// <param name="runner">The model and the dictionary.</param>
/// <param name="feature">The feature of interest.</param>
/// <param name="context">The context; null for none. Neither is owned.</param>
public sealed class SteeringReader(TextRunner runner, int feature, ContextReader? context)
{
    /// <summary>Draws samples with several sets of pins.</summary>
    /// <inheritdoc cref="SteeredSampler.Sample"/>
    public IReadOnlyList<SteeredSamples> Sample(
        ReadOnlySpan<int> prompt, IReadOnlyList<IReadOnlyList<Pin>> pins, SteeringOptions options, SteeredSampler.Progress? progress = null, CancellationToken cancellation = default)
    {
        var drawn = runner.Sampler.Sample(prompt, pins, options, progress, cancellation);
        var read = new List<SteeredSamples>();
        foreach (var samples in drawn)
        {
            var texts = new List<SteeredSample>();
            foreach (var sample in samples)
            {
                cancellation.ThrowIfCancellationRequested();
                texts.Add(Read(prompt, sample));
            }

            read.Add(new SteeredSamples(texts));
        }

        return read;
    }

    private SteeredSample Read(ReadOnlySpan<int> prompt, IReadOnlyList<int> generated)
    {
        int[] tokens = [.. prompt, .. generated];
        var (loss, activations) = runner.Follow(tokens, feature);
        var found = context?.Read(tokens);
        var from = prompt.Length;
        return new SteeredSample(
            [.. generated.Select(static token => (int)token)], [.. loss.Skip(from).Select(static value => value!.Value)], [.. activations.Skip(from)],
            found?.Ratios.Skip(from).ToList(), found?.Inside.Skip(from).ToList());
    }
}
