using System.Globalization;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Runs;
using Microsoft.AspNetCore.Diagnostics;

namespace FeatureExplorer.Web.Security;

/// <summary>How errors that nobody caught are answered.</summary>
public static class Failures
{
    /// <summary>Seconds after which somebody whose request found the database busy may try again.</summary>
    public const int BusySeconds = 5;

    // With the rest of a request within five seconds.
    internal const int DatabaseSeconds = 3;
    private const int NoSpaceUnix = 28;
    private const int NoSpaceWindows = 0x70;

    /// <summary>The page of errors, with the status that fits.</summary>
    public static ExceptionHandlerOptions Options => new()
    {
        ExceptionHandlingPath = "/error",
        CreateScopeForErrors = true,
        StatusCodeSelector = Status,
        // What was refused is no error of the program, and damage is in the log once, not for every visitor who meets it.
        SuppressDiagnosticsCallback = context => context.Exception is AccessDeniedException or RunMoveException or BadHttpRequestException || Damage(context.Exception) is not null,
    };

    /// <summary>
    /// Pages that tell of an error are drawn within the request that met it, also when it was a form: they are read, whatever was asked.
    /// </summary>
    public static IApplicationBuilder UseReadingOfErrorPages(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var method = context.Request.Method;
        if (context.Features.Get<IExceptionHandlerFeature>() is not null || context.Features.Get<IStatusCodeReExecuteFeature>() is not null)
        {
            context.Request.Method = HttpMethods.Get;
        }

        await next(context);
        context.Request.Method = method;
    });

    /// <summary>
    /// A visitor waits a few seconds for a database that somebody else writes to; then the answer is status 503 with <c>Retry-After</c>. Reading does not wait at all.
    /// </summary>
    public static IApplicationBuilder UseShortDatabaseWaits(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        using var patience = DatabasePatience.Limit(DatabaseSeconds);
        try
        {
            await next(context);
        }
        catch (Exception exception) when (DatabaseBusy.Caused(exception) && !context.Response.HasStarted)
        {
            // The error's page starts with headers of its own.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.RetryAfter = BusySeconds.ToString(CultureInfo.InvariantCulture);
                return Task.CompletedTask;
            });
            throw;
        }
    });

    /// <summary>The status that tells of an error.</summary>
    public static int Status(Exception exception) =>
        exception is AccessDeniedException ? StatusCodes.Status403Forbidden
        : exception is RunMoveException ? StatusCodes.Status409Conflict
        : exception is BadHttpRequestException bad ? bad.StatusCode
        : Damage(exception) is not null ? StatusCodes.Status503ServiceUnavailable
        : DatabaseBusy.Caused(exception) ? StatusCodes.Status503ServiceUnavailable
        : IsFullDisk(exception) ? StatusCodes.Status507InsufficientStorage
        : StatusCodes.Status500InternalServerError;

    /// <summary>The damaged file that an error comes from, or null.</summary>
    public static DamagedFileException? Damage(Exception? exception) =>
        exception is null or DamagedFileException ? exception as DamagedFileException : Damage(exception.InnerException);

    /// <summary>True when the disk had no room: for files, and in SQLite's words.</summary>
    public static bool IsFullDisk(Exception? exception) => exception is not null
        && ((exception is IOException && (exception.HResult & 0xFFFF) is NoSpaceUnix or NoSpaceWindows)
            || exception.Message.Contains("database or disk is full", StringComparison.Ordinal)
            || IsFullDisk(exception.InnerException));
}
