namespace FeatureExplorer.Web.Computing;

/// <summary>
/// Lets everything that computes, and that <see cref="Operations.Pages.PageDelivery"/> has not let in already, through <see cref="ComputingPlaces"/>. The answer is
/// sent when it is complete and its place is free again: a visitor with a slow line holds up nobody.
/// </summary>
public sealed class ComputedAnswers(RequestDelegate next, ComputingPlaces places)
{
    private static readonly object Admitted = new();

    /// <summary>Says that a request has its place.</summary>
    public static void Admit(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Items[Admitted] = Admitted;
    }

    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Items.ContainsKey(Admitted) || !ComputesAttribute.Applies(context))
        {
            await next(context);
            return;
        }

        var body = context.Response.Body;
        using var answer = new MemoryStream();
        var answered = await places.Run(context, async () =>
        {
            Admit(context);
            context.Response.Body = answer;
            try
            {
                await next(context);
            }
            finally
            {
                context.Response.Body = body;
            }
        });
        if (answered && answer.Length > 0)
        {
            answer.Position = 0;
            await answer.CopyToAsync(body, context.RequestAborted);
        }
    }
}
