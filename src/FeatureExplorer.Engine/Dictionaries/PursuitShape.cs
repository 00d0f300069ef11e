namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>When a matching pursuit of one vector ends (<see cref="DictionaryActivation.MatchingPursuit"/>), as SAELens' settings of the same names say.</summary>
/// <param name="ResidualThreshold">After a step that leaves a residual shorter than this, in the unit of x; 0: whatever its length.</param>
/// <param name="MaxIterations">After so many steps in any case.</param>
/// <param name="StopsOnRepeat">After a step that takes a feature which has been taken before.</param>
public sealed record PursuitShape(float ResidualThreshold, int MaxIterations, bool StopsOnRepeat);
