using FeatureExplorer.Engine.Backends;
using FeatureExplorer.Engine.Backends.Cpu;

namespace FeatureExplorer.Engine.Transformer;

/// <summary>The mean next-token loss on text that the model was not trained on.</summary>
public static class HeldOutLoss
{
    /// <summary>Nats per token over windows spread evenly over the stream.</summary>
    /// <param name="model">The model as it is.</param>
    /// <param name="heldOut">The held-out split.</param>
    /// <param name="tokens">About how many tokens: rounded up to whole windows; all windows when it is more than there are.</param>
    /// <param name="backend">Where; null: the CPU engine.</param>
    /// <param name="cancellation">Looked at before every batch.</param>
    public static (double Loss, long Tokens) Of(TransformerModel model, TokenSource heldOut, long tokens = long.MaxValue, IComputeBackend? backend = null, CancellationToken cancellation = default)
    {
        var context = model.Config.Context;
        var available = heldOut.Windows(context);
        if (available == 0)
        {
            throw new ArgumentException($"The held-out text has {heldOut.Count} tokens, less than one window of {context} and a token: add text.", nameof(heldOut));
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        var windows = (int)Math.Min(available, ((tokens - 1) / context) + 1);
        var batchWindows = Math.Min(32, windows);
        using var runner = (backend ?? CpuBackend.Instance).ModelRunner(model, batchWindows);
        var batch = new int[batchWindows * context];
        var targets = new int[batch.Length];
        var losses = new float[batch.Length];
        var total = 0.0;
        for (var first = 0; first < windows; first += batchWindows)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(batchWindows, windows - first);
            for (var place = 0; place < count; place++)
            {
                heldOut.CopyWindow((int)((long)(first + place) * available / windows), context, place, batch, targets);
            }
            var length = count * context;
            runner.Begin(batch.AsSpan(0, length), count, context, Site.Default(model.Config));
            runner.Continue(targets.AsSpan(0, length), null, losses);
            for (var i = 0; i < length; i++)
            {
                total += losses[i];
            }
        }
        return (total / ((long)windows * context), (long)windows * context);
    }
}
