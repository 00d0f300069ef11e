namespace FeatureExplorer.Engine.Text;

/// <summary>Something in a corpus that could not be used as it is.</summary>
/// <param name="File">The file, as found.</param>
/// <param name="Line">Its line, counted from 1; 0 when the whole file is meant.</param>
/// <param name="Skipped">True when text was left out; false when it was used after all.</param>
public sealed record CorpusProblem(string File, long Line, string Message, bool Skipped)
{
    /// <summary>True when the message tells how much was left out.</summary>
    public bool Partly { get; init; }

    public override string ToString() => $"{DomainName.Clean(File)}{(Line > 0 ? $", line {Line}" : "")}: {Message}{(Skipped && !Partly ? "; skipped" : "")}";
}
