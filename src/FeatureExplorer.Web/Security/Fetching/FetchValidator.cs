using System.Net.Http.Headers;

namespace FeatureExplorer.Web.Security.Fetching;

/// <summary>What tells whether a server still has the file of which a part has come (RFC 9110, sections 8.8 and 13.1.5): a strong entity tag, or else the time of its last change.</summary>
/// <param name="Tag">The entity tag with its quotation marks; null where there is none that is strong.</param>
/// <param name="Modified">When the file changed last; null where that does not tell two versions of it apart.</param>
/// <param name="Total">Bytes of the whole file; null where the server does not say.</param>
public sealed record FetchValidator(string? Tag, DateTimeOffset? Modified, long? Total)
{
    // A file may change twice within the second that a time of change tells; one that has not changed for so long was whole when it was sent.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(60);

    /// <summary>That of an answer; null where it has none by which the rest of the file could be asked for.</summary>
    public static FetchValidator? Of(HttpResponseMessage answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var tag = answer.Headers.ETag is { IsWeak: false } strong ? strong.Tag : null;
        var modified = answer.Content.Headers.LastModified is { } time && answer.Headers.Date is { } sent && sent - time >= Settled ? time : (DateTimeOffset?)null;
        return tag is null && modified is null ? null : new FetchValidator(tag, tag is null ? modified : null, TotalOf(answer));
    }

    /// <summary>Bytes of the whole file, as an answer tells; null where it does not.</summary>
    public static long? TotalOf(HttpResponseMessage answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.Content.Headers.ContentRange is { } range ? range.Length : answer.Content.Headers.ContentLength;
    }

    /// <summary>The condition under which a server may send the rest alone.</summary>
    internal RangeConditionHeaderValue Condition => Tag is { } tag ? new RangeConditionHeaderValue(new EntityTagHeaderValue(tag)) : new RangeConditionHeaderValue(Modified!.Value);

    /// <summary>Whether an answer with a part of a file continues what has come: it begins where that ends, and belongs to a file of the same size and tag.</summary>
    internal bool IsContinuedBy(HttpResponseMessage answer, long from) =>
        answer.Content.Headers.ContentRange is { Unit: "bytes", HasRange: true } range && range.From == from && range.To + 1 == range.Length && (Total is null || range.Length == Total)
        && (Tag is null || answer.Headers.ETag is not { } tag || tag.Tag == Tag);
}
