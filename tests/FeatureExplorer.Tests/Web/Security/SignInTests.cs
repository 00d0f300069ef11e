using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security.SignIns;

namespace FeatureExplorer.Tests.Web.Security;

public sealed class SignInTests(AccountSite site) : IClassFixture<AccountSite>
{
    [Fact]
    public async Task SignIn_RightPassword_SetsACookieThatScriptsCannotRead()
    {
        using var visitor = site.Visitor();
        using var answer = await visitor.SignIn(await site.Account(Role.Viewer), AccountSite.Password);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("featureexplorer-session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.NotNull((await visitor.Page("/about")).QuerySelector("form[action='/logout']"));
    }

    [Fact]
    public async Task SignIn_OverHttpsThroughATrustedProxy_SetsASecureCookie()
    {
        using var behind = await AccountSite.Start(AccountSite.Patient with { Proxy = new ProxyOptions { Trusted = "127.0.0.1" } });
        using var visitor = behind.Visitor();
        visitor.Client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var name = await behind.Account(Role.Viewer);
        // The cookie of the form is secure, too, and this client speaks http: it is carried by hand.
        using var page = await visitor.Get("/login");
        var form = page.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("featureexplorer-form=", StringComparison.Ordinal));
        Assert.Contains("; secure", form, StringComparison.OrdinalIgnoreCase);
        var document = await Visitor.Parse(page);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login");
        request.Headers.Add("Cookie", form.Split(';')[0]);
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = document.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!,
            ["_handler"] = "sign-in",
            ["UserName"] = name,
            ["Password"] = AccountSite.Password,
        });
        using var answer = await visitor.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains("; secure", answer.Headers.GetValues("Set-Cookie").Single(c => c.Contains("session", StringComparison.Ordinal)), StringComparison.OrdinalIgnoreCase);
        await behind.DisposeAsync();
    }

    [Fact]
    public async Task SignIn_WrongNameOrPassword_SaysTheSame()
    {
        using var visitor = site.Visitor();
        var name = await site.Account(Role.Viewer);
        var wrong = await Problem(visitor, name, "not the password");
        Assert.Contains("do not belong together", wrong, StringComparison.Ordinal);
        Assert.Equal(wrong, await Problem(visitor, "nobody", "not the password"));
        Assert.Equal(wrong, await Problem(visitor, "<script>", string.Empty));
    }

    [Fact]
    public async Task SignIn_AfterFiveWrongPasswords_IsLockedAlsoForTheRightOne()
    {
        using var visitor = site.Visitor();
        var name = await site.Account(Role.Viewer);
        for (var i = 0; i < 5; i++)
        {
            await Problem(visitor, name, "not the password");
        }

        Assert.Contains("locked", await Problem(visitor, name, AccountSite.Password), StringComparison.Ordinal);
        using var admin = await site.Visitor(Role.Admin);
        Assert.Contains((await admin.Page("/accounts")).QuerySelectorAll(".accounts tbody tr"), r =>
            r.TextContent.Contains(name, StringComparison.Ordinal) && r.TextContent.Contains("locked for some addresses", StringComparison.Ordinal));
        Assert.Contains(site.Service<AuditStore>().Page(1, new AuditFilter(What: "sign-in")).Items, e => e.Subject == name && e.Detail == "locked");
    }

    [Fact]
    public async Task SignIn_ManyWrongPasswordsAtOnce_ComparesNoMoreThanAllowed()
    {
        var name = await site.Account(Role.Viewer);
        var visitors = Enumerable.Range(0, 40).Select(_ => site.Visitor()).ToList();
        await Task.WhenAll(visitors.Select((v, i) => Problem(v, name, $"wrong password {i}")));
        var details = site.Service<AuditStore>().Page(1, new AuditFilter(What: "sign-in")).Items.Where(e => e.Subject == name).Select(e => e.Detail).ToList();
        Assert.Equal(5, details.Count(d => d == "wrong password"));
        Assert.Equal(35, details.Count(d => d == "locked"));
        visitors.ForEach(v => v.Dispose());
    }

    [Fact]
    public async Task SignIn_RightPasswordManyTimesAtOnce_LocksNobody()
    {
        var name = await site.Account(Role.Viewer);
        var visitors = Enumerable.Range(0, 12).Select(_ => site.Visitor()).ToList();
        var answers = await Task.WhenAll(visitors.Select(v => v.SignIn(name, AccountSite.Password)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Redirect, a.StatusCode));
        visitors.ForEach(v => v.Dispose());
    }

    [Fact]
    public async Task ChangePassword_ManyWrongAtOnce_ComparesNoMoreThanAllowed()
    {
        using var visitor = await site.Visitor(Role.Viewer);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            visitor.Post("/account", "change-password", ("Current", $"wrong password {i}"), ("NewPassword", "x"), ("Again", "x"))));
        var said = await Task.WhenAll(answers.Select(async a => (await Visitor.Parse(a)).QuerySelector("[role=alert]")!.TextContent));
        Assert.Equal(5, said.Count(s => s.Contains("not right", StringComparison.Ordinal)));
        Assert.Equal(15, said.Count(s => s.Contains("Too many wrong passwords", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Lock_HoldsForTheAddressThatGotItWrong_AndEndsWithANewPassword()
    {
        using var behind = await AccountSite.Start(AccountSite.Patient with { Proxy = new ProxyOptions { Trusted = "127.0.0.1" } });
        var name = await behind.Account(Role.Admin);
        using var stranger = behind.Visitor();
        stranger.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        for (var i = 0; i < 5; i++)
        {
            await Problem(stranger, name, "not the password");
        }

        Assert.Contains("locked", await Problem(stranger, name, AccountSite.Password), StringComparison.Ordinal);
        using var owner = behind.Visitor();
        owner.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.4");
        using (var answer = await owner.SignIn(name, AccountSite.Password))
        {
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        }

        var password = (await behind.Manage(owner, (service, user) => service.ResetPassword(user, behind.Find(name).Id))).Password!;
        using var again = await stranger.SignIn(name, password);
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        await behind.DisposeAsync();
    }

    [Fact]
    public async Task SignIn_UnknownDisabledOrLockedName_DoesTheWorkOfAComparison()
    {
        using var counted = await AccountSite.Start(AccountSite.Patient);
        var check = counted.Service<PasswordCheck>();
        using var visitor = counted.Visitor();
        using var admin = await counted.Visitor(Role.Admin);
        var (wrong, disabled, locked) = (await counted.Account(Role.Viewer), await counted.Account(Role.Viewer), await counted.Account(Role.Viewer));
        Assert.True((await counted.Manage(admin, (service, user) => service.SetDisabled(user, counted.Find(disabled).Id, true))).Succeeded);

        for (var i = 0; i < 5; i++)
        {
            await Problem(visitor, locked, "not the password");
        }

        var said = new HashSet<string>();
        foreach (var (name, password) in new[] { (wrong, "x"), ("nobody", "x"), (disabled, AccountSite.Password), (locked, AccountSite.Password), (string.Empty, "x"), (new string('n', 500), "x") })
        {
            var before = check.Compared;
            said.Add(await Problem(visitor, name, password));
            Assert.Equal(before + 1, check.Compared);
        }

        Assert.Single(said);
        await counted.DisposeAsync();
    }

    [Theory]
    [InlineData("/about", "/about")]
    [InlineData("/A/1?page=2", "/A/1?page=2")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/a\nb", "/")]
    public async Task SignIn_WithReturnUrl_StaysOnThisServer(string returnUrl, string expected)
    {
        using var visitor = site.Visitor();
        using var answer = await visitor.SignIn(
            await site.Account(Role.Viewer), AccountSite.Password, "/login?returnUrl=" + Uri.EscapeDataString(returnUrl));
        Assert.Equal(expected, PathOf(answer.Headers.Location!));
    }

    [Theory]
    [InlineData("//evil.example", "/")]
    [InlineData("/about", "/about")]
    public async Task SignOut_EndsTheSessionAndStaysOnThisServer(string returnUrl, string expected)
    {
        using var visitor = await site.Visitor(Role.Annotator);
        using var answer = await visitor.Post("/about", "/logout", ("returnUrl", returnUrl));
        Assert.Equal(expected, PathOf(answer.Headers.Location!));
        Assert.Equal(HttpStatusCode.Redirect, await visitor.Status("/account"));
    }

    [Fact]
    public async Task SignOut_WithoutTheFormsToken_DoesNothing()
    {
        using var visitor = await site.Visitor(Role.Viewer);
        using var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["returnUrl"] = "/" });
        using var answer = await visitor.Client.PostAsync(new Uri("/logout", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/account"));
    }

    [Fact]
    public async Task SignIn_TooOften_IsRefusedForAWhile()
    {
        using var strict = await AccountSite.Start(new ExplorerOptions { Limits = new LimitOptions { SignInsPerMinute = 3 } });
        using var visitor = strict.Visitor();
        for (var i = 0; i < 3; i++)
        {
            await Problem(visitor, "nobody", "not the password");
        }

        using var answer = await visitor.SignIn("nobody", "not the password");
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("Too many requests", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/login"));
        await strict.DisposeAsync();
    }

    [Fact]
    public async Task Reading_FasterThanTheLimit_IsRefusedButHealthIsNot()
    {
        using var strict = await AccountSite.Start(new ExplorerOptions { Limits = new LimitOptions { Burst = 10, RequestsPerSecond = 1 } });
        using var visitor = strict.Visitor();
        visitor.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 15; i++)
        {
            answers.Add(await visitor.Status("/about"));
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.InRange(answers.Count(a => a == HttpStatusCode.OK), 10, 13);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("/healthz/live"));
        await strict.DisposeAsync();
    }

    [Fact]
    public async Task Reading_FromTheMachineItself_IsNotLimited()
    {
        using var strict = await AccountSite.Start(new ExplorerOptions { Limits = new LimitOptions { Burst = 10, RequestsPerSecond = 1 } });
        using var visitor = strict.Visitor();
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await visitor.Status("/about"));
        }

        await strict.DisposeAsync();
    }

    private static async Task<string> Problem(Visitor visitor, string name, string password)
    {
        using var answer = await visitor.SignIn(name, password);
        return (await Visitor.Parse(answer)).QuerySelector("[role=alert]")?.TextContent ?? $"no problem: {answer.StatusCode}";
    }

    private static string PathOf(Uri location) => location.IsAbsoluteUri ? location.PathAndQuery : location.OriginalString;
}
