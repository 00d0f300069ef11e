namespace FeatureExplorer.Web.Security.Fetching;

/// <summary>Keeps redirects on this server.</summary>
public static class LocalPath
{
    /// <summary>The path if it is one on this server, otherwise the home page: "//host" and "/\host" are addresses of others.</summary>
    public static string Of(string? path) => IsLocal(path) ? path! : Urls.Home;

    private static bool IsLocal(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.StartsWith("/\\", StringComparison.Ordinal)
        && !path.Any(char.IsControl);
}
