namespace FeatureExplorer.Web.Components.Forms;

/// <summary>What a visitor reads when a request was refused.</summary>
/// <param name="Title">Heading of the page.</param>
/// <param name="Text">Why, and what to do.</param>
public sealed record Refusal(string Title, string Text)
{
    /// <summary>Says why this request was refused, where more is known than its status.</summary>
    public static void Tell(HttpContext context, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Items[typeof(Refusal)] = refusal;
    }

    /// <summary>Whether it has been said why this request was refused.</summary>
    public static bool IsTold(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Items.ContainsKey(typeof(Refusal));
    }

    /// <summary>The words for a refused request, or null for a status that is no refusal.</summary>
    public static Refusal? Of(HttpContext context, int status)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Items[typeof(Refusal)] as Refusal ?? Of(status);
    }

    /// <summary>The words for a status, or null for one that is no refusal.</summary>
    public static Refusal? Of(int status) => status switch
    {
        StatusCodes.Status400BadRequest => new("Not understood", "The form was out of date, or it did not come from a page of this server. Go back, load the page again, and send it once more."),
        StatusCodes.Status401Unauthorized => new("Sign in first", "This needs an account: sign in at /login, and send the session's cookie."),
        StatusCodes.Status403Forbidden => new("Not allowed", "Your account's role does not allow this. An administrator can change it."),
        StatusCodes.Status405MethodNotAllowed => new("Not understood", "This address does not take such requests."),
        StatusCodes.Status413PayloadTooLarge => new("Too large", "What was sent is larger than the server takes, and nothing of it was kept. The settings Fetch:MaxMegabytes (corpora) and Fetch:MaxImportMegabytes (models and dictionaries) allow more."),
        StatusCodes.Status415UnsupportedMediaType => new("Not understood", "This address takes forms, not content of this type."),
        StatusCodes.Status429TooManyRequests => new("Too many requests", "Wait a minute and try again."),
        _ => null,
    };
}
