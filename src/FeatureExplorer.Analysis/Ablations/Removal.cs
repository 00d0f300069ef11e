using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Backends.Edits;

namespace FeatureExplorer.Analysis.Ablations;

/// <summary>A direction taken out of one token's activations, as strongly as a feature is present there, and what that does.</summary>
internal sealed class Removal(int task, int feature, int example, int at, long position, int direction)
{
    /// <summary>Number of the task.</summary>
    public int Task => task;

    /// <summary>The feature whose activation says how much is removed.</summary>
    public int Feature => feature;

    /// <summary>Number of the example.</summary>
    public int Example => example;

    /// <summary>Index of the token in the example.</summary>
    public int At => at;

    /// <summary>Position of the token in the held-out stream.</summary>
    public long Position => position;

    /// <summary>The feature whose direction is removed; another one in a control.</summary>
    public int Direction => direction;

    /// <summary>Loss of the next token without it − loss with it, nats.</summary>
    public float Effect { get; private set; }

    /// <summary>The tokens whose logits the removal lowers most; the weight is the logit with the direction − without it.</summary>
    public IReadOnlyList<TokenWeight> Promoted { get; private set; } = [];

    /// <summary>The tokens whose logits it raises most.</summary>
    public IReadOnlyList<TokenWeight> Suppressed { get; private set; } = [];

    /// <summary>Takes what its edit does.</summary>
    public void Take(StreamEffect effect) =>
        (Effect, Promoted, Suppressed) = (effect.Loss, Weights(effect.Lowered), Weights(effect.Raised));

    private static TokenWeight[] Weights(LogitChange[] changes) => [.. changes.Select(static change => new TokenWeight(change.Token, -change.Change))];
}
