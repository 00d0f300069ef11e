namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>Changes a text before it is cut.</summary>
internal interface INormalizer
{
    /// <summary>Whether the text stays as it is.</summary>
    bool Leaves(ReadOnlySpan<byte> text);

    /// <summary>Writes the changed text to the end of another.</summary>
    void Apply(AlignedText from, AlignedText to);
}
