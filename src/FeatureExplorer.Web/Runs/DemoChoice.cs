namespace FeatureExplorer.Web.Runs;

/// <summary>Whether the demo is put into the queue when there are no features and no runs yet.</summary>
public sealed record DemoChoice(bool Wanted);
