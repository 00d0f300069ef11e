using System.Text;
using System.Text.Json;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Web.Endpoints.Json;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>What watchers of a run are told at a moment.</summary>
/// <param name="Version">Changes with what is told.</param>
/// <param name="Status">Of the run.</param>
/// <param name="Message">A server-sent event of the type "run", in UTF-8: the same bytes for everybody.</param>
public sealed record RunUpdate(long Version, RunStatus Status, byte[] Message)
{
    /// <summary>An update with JSON as its data.</summary>
    public static RunUpdate Of<T>(long version, RunStatus status, T data) =>
        new(version, status, Encoding.UTF8.GetBytes($"id: {version}\nevent: run\ndata: {JsonSerializer.Serialize(data, JsonAnswer.Options)}\n\n"));

    /// <summary>Whether another update tells the same.</summary>
    public bool Tells(long version, RunStatus status) => (Version, Status) == (version, status);
}
