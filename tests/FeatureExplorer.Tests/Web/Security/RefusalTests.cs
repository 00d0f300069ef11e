using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;

namespace FeatureExplorer.Tests.Web.Security;

/// <summary>What was refused is in the audit log, and does not fill it.</summary>
public sealed class RefusalTests(AccountSite site) : IClassFixture<AccountSite>
{
    [Fact]
    public async Task Policy_PostsOfAViewer_AreAllRecorded()
    {
        using var visitor = await site.Visitor(Role.Viewer);
        var token = await visitor.Token("/account");
        foreach (var path in new[] { "/runs/1/cancel", "/accounts", "/corpora/address" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, await Post(visitor, path, token));
        }

        var lines = Refusals(site).Where(e => e.Who == visitor.Name).ToList();
        Assert.Equal(["POST /corpora/address", "POST /accounts", "POST /runs/1/cancel"], lines.Select(e => e.Subject));
        Assert.All(lines, e => Assert.Equal((AuditOutcome.Refused, "127.0.0.1", "the role does not allow it"), (e.Outcome, e.Address, e.Detail)));
        Assert.Equal(HttpStatusCode.Forbidden, await visitor.Status("/audit"));
        Assert.Contains(Refusals(site), e => e.Who == visitor.Name && e.Subject == "GET /audit");
    }

    [Fact]
    public async Task Policy_PostOfAStranger_IsRecordedAndReadingIsNot()
    {
        using var visitor = site.Visitor();
        Assert.Equal(HttpStatusCode.Redirect, await visitor.Status("/accounts?stranger"));
        Assert.Equal(HttpStatusCode.Redirect, await Post(visitor, "/runs/77/cancel", await visitor.Token()));
        Assert.Equal((null, "not signed in"), Refusals(site).Where(e => e.Subject == "POST /runs/77/cancel").Select(e => (e.Who, e.Detail)).Single());
        Assert.DoesNotContain(Refusals(site), e => e.Who is null && e.Subject == "GET /accounts");
    }

    [Fact]
    public async Task Token_MissingOrFromAnotherSite_IsRecorded()
    {
        using var visitor = await site.Visitor(Role.Admin);
        Assert.Equal(HttpStatusCode.BadRequest, await Post(visitor, "/accounts", "stale"));
        Assert.Equal(HttpStatusCode.BadRequest, await Post(visitor, "/logout", "stale"));
        visitor.Client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        Assert.Equal(HttpStatusCode.BadRequest, await Post(visitor, "/runs", "stale"));
        var lines = Refusals(site).Where(e => e.Who == visitor.Name).ToList();
        Assert.Equal(["POST /runs", "POST /logout", "POST /accounts"], lines.Select(e => e.Subject));
        Assert.Contains("another site", lines[0].Detail, StringComparison.Ordinal);
        Assert.All(lines[1..], e => Assert.Contains("token", e.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task RateLimit_ManyRefusals_AreRecordedAndFolded()
    {
        using var strict = await AccountSite.Start(new ExplorerOptions { Limits = new LimitOptions { SignInsPerMinute = 1, Burst = 100_000 } });
        using var visitor = strict.Visitor();
        var token = await visitor.Token();
        for (var i = 0; i < RefusalFolding.PerVisitor + 21; i++)
        {
            await Post(visitor, "/login", token);
        }

        Assert.Equal(RefusalFolding.PerVisitor, strict.Service<AuditStore>().Page(1, new AuditFilter(What: AuditLog.Refusal)).Total);
        Assert.Equal("too many requests", Refusals(strict)[0].Detail);
        strict.Service<AuditLog>().Flush(stopping: true);
        var line = Refusals(strict)[0];
        Assert.Equal(("20 more", "127.0.0.1"), (line.Subject, line.Address));
        await strict.DisposeAsync();
    }

    [Fact]
    public void Folding_ManyAddresses_KeepsSoManyOfAKindAndCountsTheOthers()
    {
        var folding = new RefusalFolding(TimeProvider.System);
        var kept = Enumerable.Range(0, 5000).Count(i => folding.Count("refused", $"10.0.{i / 250}.{i % 250}"));
        Assert.Equal(RefusalFolding.PerKind, kept);
        Assert.True(folding.Count("sign-in", "10.0.0.1"));
        Assert.Empty(folding.Take());
        Assert.Equal(5000 - RefusalFolding.PerKind, folding.Take(now: true).Sum(f => f.Folded));
        Assert.True(folding.Count("refused", "10.0.0.1"));
    }

    [Fact]
    public void Trim_ManyRefusals_LeavesWhatWasDone()
    {
        var audit = site.Service<AuditStore>();
        audit.Add(new AuditEntry(DateTime.UnixEpoch, "kept", "kept.test", "x", AuditOutcome.Done));
        for (var i = 0; i < 8; i++)
        {
            audit.Add(new AuditEntry(DateTime.UnixEpoch, "flood", "flood.test", $"{i}", AuditOutcome.Refused));
        }

        audit.Trim(refusals: 3);
        Assert.Equal(["7", "6", "5"], audit.Page(1, new AuditFilter("flood")).Items.Select(e => e.Subject));
        Assert.Equal(1, audit.Page(1, new AuditFilter("kept")).Total);
    }

    private static IReadOnlyList<AuditEntry> Refusals(AccountSite site) => site.Service<AuditStore>().Page(1, new AuditFilter(What: AuditLog.Refusal)).Items;

    private static async Task<HttpStatusCode> Post(Visitor visitor, string path, string token)
    {
        using var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["_handler"] = "x" });
        using var answer = await visitor.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        return answer.StatusCode;
    }
}
