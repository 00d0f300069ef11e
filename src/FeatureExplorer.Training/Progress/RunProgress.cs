namespace FeatureExplorer.Training.Progress;

/// <summary>Where a run stands; sent a few times a second.</summary>
/// <param name="Stage">What is being done, in words a visitor understands: "Training the transformer".</param>
/// <param name="StageNumber">Number of the stage, from 1.</param>
/// <param name="Stages">Number of stages of the run.</param>
/// <param name="Fraction">Share of the stage that is done, 0 to 1.</param>
/// <param name="Detail">Figures that belong to it, such as the loss and the rate; may be empty.</param>
public sealed record RunProgress(string Stage, int StageNumber, int Stages, double Fraction, string Detail)
{
    /// <summary>Share of the whole run, stages weighed by the time they are expected to take, 0 to 1.</summary>
    public double Overall { get; init; } = (StageNumber - 1 + Fraction) / Stages;

    /// <summary>A point of a curve that came with the report, or null.</summary>
    public CurvePoint? Point { get; init; }

    /// <summary>A line for the log that came with the report, or null.</summary>
    public RunNote? Note { get; init; }
}
