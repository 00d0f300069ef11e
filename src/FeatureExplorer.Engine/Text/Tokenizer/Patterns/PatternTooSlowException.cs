namespace FeatureExplorer.Engine.Text.Tokenizer.Patterns;

/// <summary>A regular expression takes too long on a text, as one of many nested repetitions can.</summary>
public sealed class PatternTooSlowException(string message) : Exception(message);
