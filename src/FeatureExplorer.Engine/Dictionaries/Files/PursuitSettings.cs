using System.Text.Json.Nodes;

namespace FeatureExplorer.Engine.Dictionaries.Files;

/// <summary>SAELens' settings of a matching pursuit, and what it takes where one is missing.</summary>
internal static class PursuitSettings
{
    public const string ResidualThreshold = "residual_threshold";

    public const string MaxIterations = "max_iterations";

    public const string StopsOnRepeat = "stop_on_duplicate_support";

    /// <summary>Where the file does not name one.</summary>
    public const float UsualThreshold = 0.01f;

    /// <summary>Writes them to a configuration; nothing for another kind of dictionary.</summary>
    public static void Write(PursuitShape? pursuit, JsonObject config)
    {
        if (pursuit is not null)
        {
            config[ResidualThreshold] = pursuit.ResidualThreshold;
            config[MaxIterations] = pursuit.MaxIterations;
            config[StopsOnRepeat] = pursuit.StopsOnRepeat;
        }
    }
}
