using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Web.Components.Plots;

/// <summary>One of the figures that a run's charts show: a chart of its own, all trainings of the run in it.</summary>
/// <param name="Key">In addresses: "loss-recovered".</param>
/// <param name="Title">Above the chart.</param>
/// <param name="Axis">Beside the vertical axis.</param>
/// <param name="Column">Column of the curves that it is read from.</param>
/// <param name="OfTransformer">Whether it belongs to the transformer's training; otherwise to those of dictionaries.</param>
public sealed record RunFigure(string Key, string Title, string Axis, string Column, bool OfTransformer)
{
    /// <summary>All, in the order of the page.</summary>
    public static IReadOnlyList<RunFigure> All { get; } =
    [
        new("dictionary-loss", "Loss of the dictionary", "error + penalty", Curves.Loss, false),
        new("l0", "L0", "features per token", Curves.L0, false),
        new("explained-variance", "Explained variance, held out", "explained variance", Curves.ExplainedVariance, false),
        new("loss-recovered", "Loss recovered, held out", "loss recovered", Curves.LossRecovered, false),
        new("dead", "Dead features", "features", Curves.Dead, false),
        new("lambda", "λ", "λ", Curves.Lambda, false),
        new("dictionary-learning-rate", "Learning rate of the dictionary", "learning rate", Curves.LearningRate, false),
        new("vectors-per-second", "Vectors per second", "vectors per second", Curves.SamplesPerSecond, false),
        new("transformer-loss", "Loss of the transformer", "nats per token", Curves.Loss, true),
        new("transformer-learning-rate", "Learning rate of the transformer", "learning rate", Curves.LearningRate, true),
        new("gradient-norm", "Gradient norm of the transformer", "norm", Curves.GradientNorm, true),
        new("tokens-per-second", "Tokens per second", "tokens per second", Curves.TokensPerSecond, true),
    ];

    /// <summary>The figure of a key, or null.</summary>
    public static RunFigure? Find(string key) => All.FirstOrDefault(figure => figure.Key == key);

    /// <summary>Whether it is a speed, which the machine limits.</summary>
    public bool IsRate => Column is Curves.SamplesPerSecond or Curves.TokensPerSecond;

    /// <summary>Whether a curve has points for it. L0 is measured on training data at every report and on held-out data now and then: one line of it is enough.</summary>
    public bool Reads(RunCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return Curves.IsTransformer(curve.Name) == OfTransformer && curve.Columns.Contains(Column) && !(Column == Curves.L0 && Curves.IsHeldOut(curve.Name));
    }

    /// <summary>Name of a curve in the legend. A dictionary's held-out figures have charts of their own; the transformer's held-out loss stands beside its training loss.</summary>
    public string NameOf(RunCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return !OfTransformer && Curves.IsHeldOut(curve.Name) ? curve.Name[..^Curves.HeldOut(string.Empty).Length] : curve.Name;
    }
}
