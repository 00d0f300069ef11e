using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;

namespace FeatureExplorer.Web.Security;

/// <summary>Records who did what. Services call it when they have acted; the address of the request is added here.</summary>
public sealed partial class AuditLog(AuditStore store, IHttpContextAccessor http, TimeProvider time, ILogger<AuditLog> logger)
{
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
        var address = http.HttpContext?.Connection.RemoteIpAddress?.ToString();
        store.Add(new AuditEntry(time.GetUtcNow().UtcDateTime, who, what, subject, outcome, address, detail));
        LogEntry(logger, what, subject, outcome, who ?? "nobody", address);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{What} {Subject}: {Outcome}, by {Who} from {Address}")]
    private static partial void LogEntry(ILogger logger, string what, string subject, AuditOutcome outcome, string who, string? address);
}
