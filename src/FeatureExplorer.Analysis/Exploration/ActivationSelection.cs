namespace FeatureExplorer.Analysis.Exploration;

/// <summary>Which of a feature's activations to show, and how.</summary>
public sealed record ActivationSelection
{
    /// <summary>Examples on a page.</summary>
    public const int PageSize = 20;

    /// <summary>Pages that can be asked for; a random order with another seed shows others.</summary>
    public const int MostPages = 50;

    /// <summary>Exclusive lower end of the range, in units of activation.</summary>
    public float From { get; init; }

    /// <summary>Inclusive upper end; infinite for no end.</summary>
    public float To { get; init; } = float.PositiveInfinity;

    /// <summary>Only activations on this token, or null for all.</summary>
    public int? Token { get; init; }

    public ActivationOrder Order { get; init; }

    /// <summary>Seed of the random order.</summary>
    public ulong Seed { get; init; }

    /// <summary>Number of the page, from 1.</summary>
    public int Page { get; init; } = 1;
}
