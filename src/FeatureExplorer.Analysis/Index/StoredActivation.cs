namespace FeatureExplorer.Analysis.Index;

/// <summary>How an activation is stored: 16-bit floating point (11 significant bits), where what fires keeps firing.</summary>
internal static class StoredActivation
{
    private static readonly float Smallest = (float)Half.Epsilon;
    private static readonly float Largest = (float)Half.MaxValue;

    /// <summary>
    /// The nearest half-precision value; what would underflow becomes the smallest positive one (6·10⁻⁸), what would
    /// overflow the largest (65,504).
    /// </summary>
    /// <exception cref="ArithmeticException">The activation is negative or not a number: the dictionary is broken.</exception>
    public static Half Of(float activation)
    {
        if (!(activation > 0))
        {
            throw new ArithmeticException(
                $"An activation is {activation}, where only positive ones can be: the dictionary's weights are damaged or its training diverged.");
        }

        return (Half)Math.Clamp(activation, Smallest, Largest);
    }
}
