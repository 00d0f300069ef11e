namespace FeatureExplorer.Engine.Text.Files;

/// <summary>What is wrong with a gzip file.</summary>
/// <param name="Message">Follows the file's name: "is cut short: …".</param>
/// <param name="LosesText">Whether some of what the file holds cannot be had.</param>
internal sealed record GzipProblem(string Message, bool LosesText);
