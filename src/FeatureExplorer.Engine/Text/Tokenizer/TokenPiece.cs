namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>What is shown for tokens <paramref name="Start"/> … <paramref name="Start"/> + <paramref name="Length"/> − 1 of a window.</summary>
/// <param name="Text">Printable; never empty.</param>
public readonly record struct TokenPiece(int Start, int Length, string Text);
