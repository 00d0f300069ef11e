using System.Globalization;
using System.Threading.RateLimiting;
using FeatureExplorer.Web.Components.Forms;
using FeatureExplorer.Web.Features;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Net.Http.Headers;

namespace FeatureExplorer.Web.Computing;

/// <summary>
/// Admits requests that compute their answer (<see cref="ComputesAttribute"/>): few at a time for one visitor and for the whole server, each for a bounded
/// time and on threads of their own. Some more wait; others are told when to come back. What is computed ends when its visitor leaves, because the request's
/// own token is cancelled then, and when its time is over.
/// </summary>
public sealed class ComputingPlaces : IDisposable
{
    // A refusal takes the server next to nothing, unless somebody asks again at once, over and over.
    private static readonly TimeSpan BeforeRefusal = TimeSpan.FromSeconds(1);
    private static readonly string RetryAfter = TimeSpan.FromSeconds(5).TotalSeconds.ToString(CultureInfo.InvariantCulture);

    private static readonly Refusal VisitorHasEnough = new(
        "Too many questions at once", "This server is still computing answers for your network address. Wait until they have come, then try again.");

    private static readonly Refusal ServerIsFull = new(
        "The server is busy", "It computes as many answers as it can, and enough visitors wait already. Try again in a few seconds. Plain pages are not affected.");

    private readonly LimitOptions _limits;
    private readonly int _places;
    private readonly SemaphoreSlim _server;
    private readonly PartitionedRateLimiter<string> _visitors;
    private readonly ComputingThreads _threads;
    private int _present;

    public ComputingPlaces(LimitOptions limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _limits = limits;
        _places = limits.Computations > 0 ? limits.Computations : Environment.ProcessorCount;
        _server = new SemaphoreSlim(_places);
        _threads = new ComputingThreads(_places);
        var each = new ConcurrencyLimiterOptions
        {
            PermitLimit = limits.ComputationsPerVisitor > 0 ? limits.ComputationsPerVisitor : Math.Max(1, _places / 2),
            QueueLimit = (limits.ComputationQueue + 1) / 2,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        };
        _visitors = PartitionedRateLimiter.Create<string, string>(visitor => RateLimitPartition.GetConcurrencyLimiter(visitor, _ => each));
    }

    /// <summary>Requests that compute or wait for a place.</summary>
    internal int Present => Volatile.Read(ref _present);

    /// <summary>Runs what computes the answer, when there is a place.</summary>
    /// <returns>False when the response has become a refusal.</returns>
    public async Task<bool> Run(HttpContext context, Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(work);
        var aborted = context.RequestAborted;
        var refused = await Admit(RateLimits.Visitor(context.Connection.RemoteIpAddress), async time =>
        {
            // The request counts as aborted also when its time is over.
            context.RequestAborted = time;
            try
            {
                await work();
            }
            finally
            {
                context.RequestAborted = aborted;
            }
        }, aborted);
        if (refused is not var (status, words))
        {
            return true;
        }

        await Refuse(context, status, words);
        return false;
    }

    /// <summary>Answers a question that comes over a page's connection, when there is a place.</summary>
    /// <param name="visitor">Who asks; of one visitor few questions are answered at a time.</param>
    /// <param name="question">Computes the answer; its token ends it when its time is over or the visitor has left.</param>
    /// <param name="left">Ends when the visitor leaves.</param>
    /// <exception cref="ComputingRefusedException">There is no place, or it took too long; the message says what to do.</exception>
    public async Task<T> Answer<T>(string visitor, Func<CancellationToken, T> question, CancellationToken left)
    {
        ArgumentNullException.ThrowIfNull(question);
        var answer = default(T);
        // Away from the page's own thread of events, which would otherwise be where it computes.
        var refused = await Task.Run(() => Admit(visitor, time =>
        {
            answer = question(time);
            return Task.CompletedTask;
        }, left), CancellationToken.None);
        return refused is var (_, words) ? throw new ComputingRefusedException(words.Text) : answer!;
    }

    public void Dispose()
    {
        _visitors.Dispose();
        _server.Dispose();
        _threads.Dispose();
    }

    private async Task<(int Status, Refusal Words)?> Admit(string visitor, Func<CancellationToken, Task> work, CancellationToken aborted)
    {
        try
        {
            return Interlocked.Increment(ref _present) <= _places + _limits.ComputationQueue
                ? await RunInPlace(visitor, work, aborted)
                : (StatusCodes.Status503ServiceUnavailable, ServerIsFull);
        }
        finally
        {
            Interlocked.Decrement(ref _present);
        }
    }

    private async Task<(int Status, Refusal Words)?> RunInPlace(string asking, Func<CancellationToken, Task> work, CancellationToken aborted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        patience.CancelAfter(TimeSpan.FromSeconds(_limits.ComputationWaitSeconds));
        RateLimitLease? visitor = null;
        try
        {
            visitor = await _visitors.AcquireAsync(asking, 1, patience.Token);
            if (!visitor.IsAcquired)
            {
                return (StatusCodes.Status429TooManyRequests, VisitorHasEnough);
            }

            await _server.WaitAsync(patience.Token);
            try
            {
                return await Compute(work, aborted);
            }
            finally
            {
                _server.Release();
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            return visitor is null ? (StatusCodes.Status429TooManyRequests, VisitorHasEnough) : (StatusCodes.Status503ServiceUnavailable, ServerIsFull);
        }
        finally
        {
            visitor?.Dispose();
        }
    }

    /// <summary>Computes on a thread for it, and goes back to the pool.</summary>
    private async Task<(int Status, Refusal Words)?> Compute(Func<CancellationToken, Task> work, CancellationToken aborted)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        await _threads.Enter();
        time.CancelAfter(TimeSpan.FromSeconds(_limits.ComputationSeconds));
        try
        {
            await work(time.Token);
            return null;
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            return (StatusCodes.Status503ServiceUnavailable, TookTooLong());
        }
        finally
        {
            await Task.Yield();
        }
    }

    private Refusal TookTooLong() => new(
        "This takes too long", $"The answer was not ready after {Show.Counted((long)Math.Ceiling(_limits.ComputationSeconds), "second")}, so that it was given up. Ask for less, or try again when the server has less to do.");

    private static async Task Refuse(HttpContext context, int status, Refusal words)
    {
        await Task.Delay(BeforeRefusal, context.RequestAborted);
        // What the answer would have been is no longer told; the headers that guard every answer stay.
        foreach (var header in (string[])[HeaderNames.ContentType, HeaderNames.ContentLength, HeaderNames.ContentDisposition, HeaderNames.ContentEncoding, HeaderNames.ETag])
        {
            context.Response.Headers.Remove(header);
        }

        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = RetryAfter;
        context.Response.Headers.CacheControl = "no-store";
        Refusal.Tell(context, words);
        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is null)
        {
            await Results.Problem(title: words.Title, detail: words.Text, statusCode: status).ExecuteAsync(context);
        }
    }
}
