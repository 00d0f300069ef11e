namespace FeatureExplorer.Engine.Activations;

/// <summary>Sizes of an <see cref="ActivationStream"/>.</summary>
public sealed record ActivationStreamOptions
{
    /// <summary>Tokens of a window: the model's context.</summary>
    public int Window { get; init; } = 256;

    /// <summary>Positions drawn from each window, without repetition.</summary>
    public int PositionsPerWindow { get; init; } = 200;

    /// <summary>Vectors in the shuffle buffer, two bytes for each input: 256 MiB at n = 512.</summary>
    public int BufferVectors { get; init; } = 1 << 18;

    /// <summary>Windows that the model runs at once.</summary>
    public int WindowsPerForward { get; init; } = 16;

    public ulong Seed { get; init; }

    /// <summary>Throws an <see cref="ArgumentException"/> that names the setting out of range.</summary>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Window, 1 << 14);
        ArgumentOutOfRangeException.ThrowIfLessThan(PositionsPerWindow, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PositionsPerWindow, Window);
        ArgumentOutOfRangeException.ThrowIfLessThan(BufferVectors, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WindowsPerForward, 1);
    }
}
