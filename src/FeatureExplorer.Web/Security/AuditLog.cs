using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using FeatureExplorer.Engine.Text;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// Records who did what. Services call it when they have acted; the address of the request is added here. What cannot be written, because the disk is full or the
/// database busy, is written later: an administrator can sign in and make room.
/// </summary>
public sealed partial class AuditLog(AuditStore store, RefusalFolding folding, IHttpContextAccessor http, TimeProvider time, ILogger<AuditLog> logger)
{
    /// <summary>Kind of refusals by policies, tokens and limits.</summary>
    public const string Refusal = "refused";

    private const int MostWaiting = 10_000;
    private const int WaitSeconds = 1;
    private const int PauseMilliseconds = 5000;

    private readonly ConcurrentQueue<AuditEntry> _waiting = new();
    private readonly Lock _writing = new();
    private int _lost;
    private long _notBefore;

    private IPAddress? Address => http.HttpContext?.Connection.RemoteIpAddress ?? CircuitAddress.Current;

    /// <summary>Adds a line to the log.</summary>
    /// <param name="who">The visitor, or null for the program itself.</param>
    /// <param name="what">The action: "run.start", "account.create".</param>
    /// <param name="subject">What it was done to: the number of a run, the name of an account.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="detail">What a reader should know besides. Never a password or a token.</param>
    public void Record(ClaimsPrincipal? who, string what, string subject, AuditOutcome outcome = AuditOutcome.Done, string? detail = null) =>
        Record(who?.AccountName(), what, subject, outcome, detail);

    /// <summary>The same for somebody who is known by name but not signed in.</summary>
    public void Record(string? who, string what, string subject, AuditOutcome outcome, string? detail = null)
    {
        var address = Address;
        if (outcome == AuditOutcome.Refused && !folding.Count(what, RateLimits.Visitor(address)))
        {
            return;
        }

        Add(who, what, subject, outcome, address?.ToString(), detail);
    }

    /// <summary>Records something that goes on after the request or the connection that asked for it: call what is returned once, when it has ended.</summary>
    public Action<AuditOutcome, string?> Begin(ClaimsPrincipal who, string what, string subject)
    {
        var (name, address) = (who.AccountName(), Address?.ToString());
        return (outcome, detail) => Add(name, what, subject, outcome, address, detail);
    }

    /// <summary>A request was refused before it reached a service.</summary>
    /// <param name="context">The request.</param>
    /// <param name="reason">Why, in a few words.</param>
    public void Refused(HttpContext context, string reason)
    {
        ArgumentNullException.ThrowIfNull(context);
        Record(context.User, Refusal, $"{context.Request.Method} {context.Request.Path}", AuditOutcome.Refused, reason);
    }

    /// <summary>Writes what waits, and the numbers of refusals that got no line of their own.</summary>
    /// <param name="stopping">Nothing comes after it.</param>
    internal void Flush(bool stopping = false)
    {
        foreach (var (what, address, folded) in folding.Take(stopping))
        {
            _waiting.Enqueue(new AuditEntry(
                time.GetUtcNow().UtcDateTime, null, what, $"{folded} more", AuditOutcome.Refused, address, "too many for a line each"));
        }

        if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
        {
            _waiting.Enqueue(new AuditEntry(
                time.GetUtcNow().UtcDateTime, null, "audit", $"{lost} lines", AuditOutcome.Failed, Detail: "could not be written; the server's output has them"));
        }

        Interlocked.Exchange(ref _notBefore, 0);
        WriteWaiting();
    }

    private void Add(string? who, string what, string subject, AuditOutcome outcome, string? address, string? detail)
    {
        Write(new AuditEntry(time.GetUtcNow().UtcDateTime, who, what, subject, outcome, address, detail));
        LogEntry(logger, what, TokenText.Visible(subject), outcome, who ?? "nobody", address);
    }

    private void Write(AuditEntry entry)
    {
        if (_waiting.Count >= MostWaiting)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        _waiting.Enqueue(entry);
        WriteWaiting();
    }

    // One at a time, so that the lines keep their order; whoever comes meanwhile leaves its line to the one who writes.
    private void WriteWaiting()
    {
        while (!_waiting.IsEmpty && Environment.TickCount64 >= Interlocked.Read(ref _notBefore) && _writing.TryEnter())
        {
            try
            {
                WriteAll();
            }
            finally
            {
                _writing.Exit();
            }
        }
    }

    private void WriteAll()
    {
        using var patience = DatabasePatience.Limit(WaitSeconds);
        while (_waiting.TryPeek(out var entry))
        {
            try
            {
                store.Add(entry);
            }
            catch (Exception exception) when (DiskFull.Caused(exception) || DatabaseBusy.Caused(exception))
            {
                Interlocked.Exchange(ref _notBefore, Environment.TickCount64 + PauseMilliseconds);
                LogWaiting(logger, _waiting.Count, exception.Message);
                return;
            }

            _waiting.TryDequeue(out _);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{What} {Subject}: {Outcome}, by {Who} from {Address}")]
    private static partial void LogEntry(ILogger logger, string what, string subject, AuditOutcome outcome, string who, string? address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} lines of the audit log wait until the database can be written: {Reason}")]
    private static partial void LogWaiting(ILogger logger, int count, string reason);
}
