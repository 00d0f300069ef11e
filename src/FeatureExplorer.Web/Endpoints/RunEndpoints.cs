using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Endpoints.Json;
using FeatureExplorer.Web.Endpoints.Json.Runs;
using FeatureExplorer.Web.Runs;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace FeatureExplorer.Web.Endpoints;

/// <summary>Runs over the API, their live stream, and the forms that administrators send.</summary>
public static class RunEndpoints
{
    // Proxies close connections on which nothing comes.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int MostListed = 200;

    private static readonly string[] Actions = ["cancel", "pause", "resume", "delete", "earlier", "later", "index"];

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup(Urls.Api + Urls.Runs);
        api.MapGet("/", All);
        api.MapGet("/{id:long}", Run);
        api.MapGet("/{id:long}/metrics", Metrics);
        api.MapGet("/{id:long}/events", Events);
        foreach (var action in Actions)
        {
            routes.MapPost("/runs/{id:long}/" + action, (HttpContext http, RunQueue queue, RunStore runs, long id, [FromForm(Name = "action")] string? button, [FromForm(Name = "device")] string? device) =>
                Act(http, queue, runs, id, action, device))
                .RequireAuthorization(Policies.Admin);
        }

        routes.MapPost("/runs/retry", Retry).RequireAuthorization(Policies.Admin);
    }

    [EndpointName("runs"), Tags("Runs")]
    [EndpointSummary("The latest runs, newest first")]
    [ProducesResponseType<RunListJson>(StatusCodes.Status200OK)]
    private static IResult All(HttpContext http, RunStore runs) => JsonAnswer.Json(http, new RunListJson(runs.Latest(MostListed).Select(r => RunJson.Of(r))));

    [EndpointName("run"), Tags("Runs")]
    [EndpointSummary("A run: its configuration, state and progress")]
    [ProducesResponseType<RunJson>(StatusCodes.Status200OK)]
    private static IResult Run(HttpContext http, RunMonitor monitor, long id) =>
        monitor.Snapshot(id) is { } snapshot ? JsonAnswer.Json(http, RunJson.Of(snapshot.Run, snapshot.SecondsLeft)) : Unknown(id);

    [EndpointName("runMetrics"), Tags("Runs")]
    [EndpointSummary("The curves and the log of a run")]
    [ProducesResponseType<RunCurvesJson>(StatusCodes.Status200OK)]
    private static IResult Metrics(HttpContext http, RunMonitor monitor, long id) => monitor.Snapshot(id) is { } snapshot
        ? JsonAnswer.Json(http, new RunCurvesJson(id, snapshot.Curves, snapshot.Events))
        : Unknown(id);

    private static IResult Unknown(long id) => JsonAnswer.NotFound("No such run", $"There is no run {id}; {Urls.Api}{Urls.Runs} lists all.");

    /// <summary>Server-sent events with the figures of a run, until it ends.</summary>
    [EndpointName("runEvents"), Tags("Runs")]
    [EndpointSummary("The figures of a run as server-sent events, until it ends")]
    [ProducesResponseType<RunJson.Live>(StatusCodes.Status200OK, "text/event-stream")]
    private static Task Events(HttpContext http, RunUpdates updates, IHostApplicationLifetime lifetime, long id) => Stream(http, lifetime, updates.Figures, id);

    private static async Task Stream(HttpContext http, IHostApplicationLifetime lifetime, SharedUpdates updates, long id)
    {
        if (await updates.Latest(id) is not { } update)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        // Whoever asks for the headers alone has them now.
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await Send(http.Response, update, updates, id, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The watcher has gone, or the server goes: the browser comes back by itself.
        }
    }

    private static async Task Send(HttpResponse response, RunUpdate first, SharedUpdates updates, long id, CancellationToken stop)
    {
        await response.WriteAsync("retry: 2000\n\n", stop);
        RunUpdate? sent = null;
        var quiet = TimeSpan.Zero;
        for (RunUpdate? update = first; update is not null; update = await updates.Latest(id))
        {
            if (sent?.Tells(update.Version, update.Status) != true)
            {
                sent = update;
                quiet = TimeSpan.Zero;
                await response.Body.WriteAsync(update.Message, stop);
                await response.Body.FlushAsync(stop);
            }
            else if (quiet >= Heartbeat)
            {
                quiet = TimeSpan.Zero;
                await response.WriteAsync(": still here\n\n", stop);
                await response.Body.FlushAsync(stop);
            }

            if (!RunMoves.IsActive(update.Status))
            {
                await response.WriteAsync("event: end\ndata: {}\n\n", stop);
                return;
            }

            await updates.Next(stop);
            quiet += updates.Interval;
        }
    }

    // The form's field is what makes the framework demand its antiforgery token.
    // What the run's state does not allow ends as status 409: see Failures.
    private static IResult Act(HttpContext http, RunQueue queue, RunStore runs, long id, string action, string? device)
    {
        if (runs.Find(id) is null)
        {
            return Results.NotFound();
        }

        var user = http.User;
        switch (action)
        {
            case "cancel":
                queue.Cancel(user, id);
                break;
            case "pause":
                queue.Pause(user, id);
                break;
            case "resume" when !string.IsNullOrEmpty(device):
                ResumeOn(device);
                break;
            case "resume":
                queue.Resume(user, id);
                break;
            case "index":
                queue.ShowFeatures(user, id);
                break;
            case "earlier" or "later":
                queue.Shift(user, id, action == "earlier");
                break;
            default:
                queue.Delete(user, id);
                break;
        }

        return Results.LocalRedirect(action is "delete" or "earlier" or "later" ? Urls.Runs : Urls.Run(id));

        void ResumeOn(string other)
        {
            try
            {
                queue.Resume(user, id, other);
            }
            catch (ArgumentException wrong)
            {
                throw new AddressException(wrong.Message);
            }
        }
    }

    private static IResult Retry(HttpContext http, RunQueue queue, [FromForm(Name = "action")] string? button)
    {
        queue.Retry(http.User);
        return Results.LocalRedirect(Urls.Runs);
    }
}
