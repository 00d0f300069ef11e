using System.Runtime.InteropServices;

namespace FeatureExplorer.Torch.Library;

/// <summary>A device has no memory left for what is asked, and smaller parts do not help; the message has the numbers.</summary>
public sealed class TorchOutOfMemoryException(string message, Exception inner) : Exception(message, inner)
{
    /// <summary>Computes something, with smaller parts each time that the device's memory does not suffice.</summary>
    /// <param name="compute">May be called again from the start.</param>
    /// <param name="shrink">Makes the parts smaller; false when they cannot be.</param>
    /// <param name="need">Says what is needed.</param>
    /// <exception cref="TorchOutOfMemoryException">The smallest parts are too large.</exception>
    internal static T Retry<T>(Func<T> compute, Func<bool> shrink, Func<string> need)
    {
        while (true)
        {
            try
            {
                return compute();
            }
            catch (ExternalException exception) when (Is(exception))
            {
                if (!shrink())
                {
                    throw new TorchOutOfMemoryException(need(), exception);
                }
            }
        }
    }

    /// <summary>Whether libtorch failed for want of memory: CUDA and MPS say "out of memory", the processor's allocator "can't allocate memory".</summary>
    internal static bool Is(Exception exception) =>
        exception.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || exception.Message.Contains("allocate memory", StringComparison.OrdinalIgnoreCase);
}
