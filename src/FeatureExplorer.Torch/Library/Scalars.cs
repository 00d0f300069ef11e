using TorchSharp;

namespace FeatureExplorer.Torch.Library;

/// <summary>
/// Numbers for tensor operations that outlive the call. TorchSharp passes a scalar's address and lets go of its object, so that the garbage collector may free the
/// number while libtorch still reads it; one that is made implicitly (<c>x.mul_(2)</c>, and the 1 within <c>x.add_(y)</c> and <c>x.add_(2)</c>) is never safe. These stay referenced until
/// many more have been made by the same thread, and are then freed at once: left to the collector, a hundred in each step would scatter over memory that tensors need whole.
/// </summary>
internal static class Scalars
{
    private const int Kept = 256;

    [ThreadStatic]
    private static Scalar?[]? _latest;

    [ThreadStatic]
    private static int _next;

    /// <summary>0, for whole and other numbers.</summary>
    public static Scalar Zero { get; } = 0;

    /// <summary>1, for whole and other numbers.</summary>
    public static Scalar One { get; } = 1;

    /// <summary>-1, for whole and other numbers.</summary>
    public static Scalar MinusOne { get; } = -1;

    /// <summary>A number for the next operation.</summary>
    public static Scalar Of(float value)
    {
        _latest ??= new Scalar?[Kept];
        _next = (_next + 1) % Kept;
        _latest[_next]?.Dispose();
        return _latest[_next] = value;
    }
}
