namespace FeatureExplorer.Training.Configuration;

/// <summary>What a run's dictionaries are trained on in place of the trained model, to tell what features owe to it.</summary>
public static class RunControl
{
    /// <summary>The trained model with the entries of each weight matrix in random order.</summary>
    public const string Shuffled = "shuffled";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Shuffled];

    /// <summary>The usual name of the control of a model.</summary>
    public static string NameFor(string model, string control) => $"{model}-{control}";

    /// <summary>Name of the model that a run's control is named after; null where it has a name of its own.</summary>
    public static string? OriginalOf(RunConfiguration run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var end = "-" + run.Control;
        return run.Control is not null && run.Model.Length > end.Length && run.Model.EndsWith(end, StringComparison.Ordinal) ? run.Model[..^end.Length] : null;
    }
}
