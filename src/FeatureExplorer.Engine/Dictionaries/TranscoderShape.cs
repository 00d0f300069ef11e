namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>What a transcoder has that an autoencoder has not.</summary>
/// <param name="Outputs">n′: width of the activations that it writes.</param>
/// <param name="Skips">Whether it adds W_skip x to them.</param>
public sealed record TranscoderShape(int Outputs, bool Skips);
