namespace FeatureExplorer.Training.Names;

/// <summary>Whether a run may use a name.</summary>
/// <param name="Same">What has the name is what the run would make: it goes on with that.</param>
/// <param name="Reason">Who has it with other settings, as a sentence; null when nobody has.</param>
/// <param name="MayBeReplaced">Whether what has the name may give way when the run asks for it.</param>
internal sealed record NameState(bool Same, string? Reason, bool MayBeReplaced)
{
    /// <summary>Nobody has it.</summary>
    public static NameState Unused { get; } = new(false, null, false);

    /// <summary>The run's own work has it.</summary>
    public static NameState Own { get; } = new(true, null, false);

    /// <summary>Whether the run may use it as things are.</summary>
    public bool Free => Reason is null;

    /// <summary>Something else has it.</summary>
    public static NameState Taken(string reason, bool mayBeReplaced) => new(false, reason, mayBeReplaced);
}
