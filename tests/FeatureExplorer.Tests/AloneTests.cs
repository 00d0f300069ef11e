namespace FeatureExplorer.Tests;

/// <summary>
/// The tests that run one after another when no other test runs: they set the number of worker threads or environment variables, which the
/// whole process shares, or need the worker pool for themselves.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneTests
{
    public const string Name = "alone";
}
