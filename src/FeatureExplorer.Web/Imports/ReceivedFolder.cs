namespace FeatureExplorer.Web.Imports;

/// <summary>Files that somebody has sent or fetched to import them.</summary>
/// <param name="Name">Of their folder.</param>
/// <param name="Path">Full path of it.</param>
/// <param name="Files">How many there are.</param>
/// <param name="Bytes">How large they are together.</param>
/// <param name="Received">When the last of them came.</param>
public sealed record ReceivedFolder(string Name, string Path, int Files, long Bytes, DateTime Received)
{
    /// <summary>What stands before its name where a path is asked for.</summary>
    public const string Prefix = "received:";

    /// <summary>What became of the name that was asked for, when the files came; null where there is nothing to say.</summary>
    public string? Note { get; init; }

    /// <summary>What a form takes as its path.</summary>
    public string Reference => Prefix + Name;

    /// <summary>Whether its <c>config.json</c> is a model's: one that names an architecture or, as TransformerLens' does, the number of layers.</summary>
    public bool HoldsModel()
    {
        var config = System.IO.Path.Combine(Path, "config.json");
        if (!File.Exists(config) || new FileInfo(config).Length > 1 << 20)
        {
            return false;
        }

        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(config));
            return json.RootElement is { ValueKind: System.Text.Json.JsonValueKind.Object } root && (root.TryGetProperty("model_type", out _) || root.TryGetProperty("n_layers", out _));
        }
        catch (System.Text.Json.JsonException)
        {
            // The check of the files says what is wrong with it.
            return false;
        }
    }
}
