namespace FeatureExplorer.Web.Components.Parts;

/// <summary>A token, or several that share a character, as a strip shows it.</summary>
/// <param name="Text">Readable text: line breaks as ⏎, tabs as ⇥, stray bytes as \xNN.</param>
/// <param name="First">Index of its first token in the sequence.</param>
/// <param name="Count">Number of tokens: more than one where a character's bytes are spread over them.</param>
/// <param name="Marked">True when the text is a stand-in, not what the token says.</param>
public sealed record TokenPiece(string Text, int First, int Count, bool Marked);
