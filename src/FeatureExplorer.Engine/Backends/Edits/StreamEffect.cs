namespace FeatureExplorer.Engine.Backends.Edits;

/// <summary>What a <see cref="StreamEdit"/> does.</summary>
/// <param name="Loss">Loss of the target with the edit − loss without it, nats.</param>
/// <param name="Lowered">The tokens whose logits it lowers most, strongest first; empty where they are not wanted.</param>
/// <param name="Raised">The tokens whose logits it raises most.</param>
public readonly record struct StreamEffect(float Loss, LogitChange[] Lowered, LogitChange[] Raised)
{
    /// <summary>Tokens of either list.</summary>
    public const int Listed = 5;
}
