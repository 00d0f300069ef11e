namespace FeatureExplorer.Engine.Dictionaries.Training;

/// <summary>The numbers of a training's state; random numbers need none, because they are functions of the step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Samples">Vectors seen.</param>
/// <param name="Scale">What vectors are multiplied by.</param>
/// <param name="MeanSquare">Mean square of the scaled activations, against which an explosion is judged.</param>
/// <param name="Resampled">Features resampled so far.</param>
/// <param name="WasDense">Whether the next step begins with the dense path.</param>
/// <param name="Variant">The variant's own numbers.</param>
internal sealed record TrainerState(long Step, long Samples, float Scale, double MeanSquare, int Resampled, bool WasDense, double[] Variant);
