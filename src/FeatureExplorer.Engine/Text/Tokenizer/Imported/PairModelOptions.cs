namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>The settings of a byte-pair model.</summary>
internal sealed record PairModelOptions
{
    /// <summary>The id for characters that have none; null where they are left out.</summary>
    public int? Unknown { get; init; }

    /// <summary>Whether neighbours without an id make one unknown token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Whether characters without an id become their bytes, which are spelled &lt;0x00&gt; to &lt;0xFF&gt;.</summary>
    public bool HasByteFallback { get; init; }

    /// <summary>Whether a piece that is a token is taken whole, whatever the merges would make of it.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Whether the vocabulary spells bytes by <see cref="ByteCharacters"/>.</summary>
    public bool IsByteLevel { get; init; }
}
