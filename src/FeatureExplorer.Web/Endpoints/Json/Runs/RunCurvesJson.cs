using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Web.Endpoints.Json.Runs;

/// <summary>What was measured of a run so far.</summary>
/// <param name="Id">Number of the run.</param>
/// <param name="Curves">One for each model and dictionary that it trains.</param>
/// <param name="Events">The last lines of its log, oldest first.</param>
public sealed record RunCurvesJson(long Id, IReadOnlyList<RunCurve> Curves, IReadOnlyList<RunEvent> Events);
