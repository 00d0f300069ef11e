using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// The neuron that agrees best with each context: what a feature has to beat. Neurons fire on a fifth of all tokens, too often for an
/// index, so their sums are streamed.
/// </summary>
public static unsafe class NeuronContexts
{
    private const int WindowsPerBatch = 32;

    /// <summary>Runs the model over the tokens that the contexts cover.</summary>
    /// <param name="model">The model.</param>
    /// <param name="heldOut">Its tokens.</param>
    /// <param name="contexts">The contexts. None of the three is owned.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    /// <param name="cancellation">Looked at between batches.</param>
    /// <returns>One entry per context, in their order; <see cref="ContextBest.Feature"/> is the neuron.</returns>
    public static IReadOnlyList<ContextBest> Of(
        TransformerModel model, TokenStore heldOut, ContextSet contexts, IProgress<double>? progress = null, IComputeBackend? backend = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(contexts);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(contexts.Tokens, heldOut.Count, nameof(contexts));
        var window = model.Config.Context;
        using var runner = (backend ?? CpuBackend.Instance).ModelRunner(model, WindowsPerBatch);
        var site = Site.Default(model.Config);
        using var activations = new FloatBuffer((long)WindowsPerBatch * window * model.Config.DMlp);
        var members = new ulong[WindowsPerBatch * window];
        var sums = new ContextSums(model.Config.DMlp, contexts.Contexts.Count);
        for (long start = 0; start < contexts.Tokens;)
        {
            cancellation.ThrowIfCancellationRequested();
            var windows = (int)Math.Min(WindowsPerBatch, (contexts.Tokens - start) / window);
            var length = windows > 0 ? window : (int)(contexts.Tokens - start);
            windows = Math.Max(windows, 1);
            runner.Activations(heldOut.Read(start, windows * length), windows, length, site, activations.Pointer);
            contexts.ReadMembers(start, members.AsSpan(0, windows * length));
            fixed (ulong* inside = members)
            {
                sums.Add(activations.Pointer, windows * length, inside);
            }

            start += windows * length;
            progress?.Report((double)start / contexts.Tokens);
        }

        return [.. Enumerable.Range(0, contexts.Contexts.Count).Select(context => Best(sums, contexts, context, model.Config.DMlp))];
    }

    internal static ContextBest Best(ContextSums sums, ContextSet contexts, int context, int neurons)
    {
        var best = new ContextBest(contexts.Contexts[context].Name, -1, 0, 0, 0);
        for (var neuron = 0; neuron < neurons; neuron++)
        {
            var inside = sums.Count(context, neuron);
            var pearson = Agreement.Pearson(
                sums.Sum(sums.All, neuron), sums.SumOfSquares(neuron), sums.Sum(context, neuron), contexts.MemberCount(context), contexts.Tokens);
            if (inside > 0 && (best.Feature < 0 || pearson > best.Pearson))
            {
                best = new ContextBest(
                    best.Name, neuron, pearson, (double)inside / sums.Count(sums.All, neuron), (double)inside / contexts.MemberCount(context));
            }
        }

        return best;
    }
}
