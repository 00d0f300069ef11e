namespace FeatureExplorer.Training.Progress;

/// <summary>What a training measured at a step.</summary>
/// <param name="Curve">What is trained: "transformer", "A/1".</param>
/// <param name="Steps">Steps of the whole training.</param>
/// <param name="Columns">Names of the values; the same for every point of a curve.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Values">One for each column; not finite where it was not measured.</param>
public sealed record CurvePoint(string Curve, long Steps, IReadOnlyList<string> Columns, long Step, IReadOnlyList<double> Values);
