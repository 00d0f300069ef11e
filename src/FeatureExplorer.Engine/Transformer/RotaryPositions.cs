namespace FeatureExplorer.Engine.Transformer;

/// <summary>
/// Rotary positions (Su et al. 2021): coordinates i and i + Dimensions/2 of a query or key at position t are rotated by the angle t · Base^(−2i/Dimensions).
/// </summary>
public sealed record RotaryPositions
{
    /// <summary>The first so many coordinates of each head are rotated, an even number.</summary>
    public required int Dimensions { get; init; }

    public double Base { get; init; } = 10_000;

    /// <summary>Angles are divided by it (linear interpolation); 1: as they are.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Llama 3's scaling: only slow angles are divided, those whose wave is longer than <see cref="OriginalContext"/> / <see cref="LowFrequencyFactor"/>; 0: all are.</summary>
    public double LowFrequencyFactor { get; init; }

    /// <summary>Waves shorter than <see cref="OriginalContext"/> / this stay as they are.</summary>
    public double HighFrequencyFactor { get; init; }

    /// <summary>Tokens of the windows that the model was first trained on.</summary>
    public double OriginalContext { get; init; }

    /// <summary>The angle from one position to the next of each pair, [Dimensions / 2].</summary>
    public double[] Frequencies()
    {
        var frequencies = new double[Dimensions / 2];
        for (var i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = Scaled(Math.Pow(Base, -2.0 * i / Dimensions));
        }

        return frequencies;
    }

    /// <exception cref="ArgumentException">A setting is impossible; the message names it.</exception>
    public void Validate(int headSize)
    {
        if (Dimensions < 2 || Dimensions % 2 != 0 || Dimensions > headSize)
        {
            throw new ArgumentException($"Rotary positions turn {Dimensions} coordinates of a head of {headSize}: it must be an even number up to the head's size.");
        }

        if (!(Base > 1 && double.IsFinite(Base)) || !(Factor > 0 && double.IsFinite(Factor)))
        {
            throw new ArgumentException($"The base {Base} and the factor {Factor} of rotary positions must be positive, the base above 1.");
        }

        if (LowFrequencyFactor != 0 && !(HighFrequencyFactor > LowFrequencyFactor && LowFrequencyFactor > 0 && OriginalContext > 0))
        {
            throw new ArgumentException($"Rotary positions: high_freq_factor {HighFrequencyFactor} must be above low_freq_factor {LowFrequencyFactor}, and the original context {OriginalContext} positive.");
        }
    }

    private double Scaled(double frequency)
    {
        if (LowFrequencyFactor == 0)
        {
            return frequency / Factor;
        }

        var turns = OriginalContext * frequency / (2 * Math.PI);
        var kept = Math.Clamp((turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
        return (kept * frequency) + ((1 - kept) * frequency / Factor);
    }
}
