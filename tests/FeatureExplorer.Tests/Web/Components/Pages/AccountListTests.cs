using AngleSharp.Dom;
using Bunit;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Web.Components.AccountParts;
using FeatureExplorer.Web.Components.Pages.Act;
using FeatureExplorer.Web.Components.Plots;
using FeatureExplorer.Web.Security;
using FeatureExplorer.Web.Security.SignIns;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace FeatureExplorer.Tests.Web.Components.Pages;

/// <summary>The page of accounts in each of its states.</summary>
public sealed class AccountListTests : StudioContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public AccountListTests() => Services.AddScoped<AddressBar>();

    [Fact]
    public async Task Page_Full_ListsRolesStatesAndLastEntries()
    {
        await SignIn(Role.Admin);
        var (annotator, pending, disabled) = (await Site.Account(Role.Annotator), await Site.Account(Role.Viewer), await Site.Account(Role.Viewer));
        await Act(service => service.ResetPassword(User, Site.Find(pending).Id));
        await Act(service => service.SetDisabled(User, Site.Find(disabled).Id, true));
        var page = Open("/accounts");
        var today = Site.Find(annotator).Created.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(
            [$"{User.AccountName()} (you)|admin|active|{today}|Disable", $"{annotator}|annotator|active|{today}|Disable", $"{pending}|viewer|has to choose a password|{today}|Disable", $"{disabled}|viewer|disabled|{today}|Enable"],
            page.FindAll(".accounts tbody tr").Select(static r => string.Join('|', r.Children.Take(4).Append(r.QuerySelectorAll("button")[^1]).Select(static c => c.TextContent.Trim()))));
        Assert.Equal($"/audit?who={annotator}", page.Find($"a[aria-label^='Last entries of {annotator} ']").GetAttribute("href"));
    }

    [Theory]
    [InlineData("/accounts", "Admin1 Annotator2 Viewer3")]
    [InlineData("/accounts?q=OT", "Annotator2")]
    [InlineData("/accounts?role=viewer", "Viewer3")]
    [InlineData("/accounts?state=disabled", "Viewer3")]
    [InlineData("/accounts?order=desc", "Viewer3 Annotator2 Admin1")]
    [InlineData("/accounts?sort=role&order=desc", "Admin1 Annotator2 Viewer3")]
    [InlineData("/accounts?sort=role", "Viewer3 Annotator2 Admin1")]
    [InlineData("/accounts?q=e&role=admin", "")]
    public async Task Page_Address_ChoosesAndSorts(string address, string expected)
    {
        await SignIn(Role.Admin);
        await Site.Account(Role.Annotator);
        await Act(async service => await service.SetDisabled(User, Site.Find(await Site.Account(Role.Viewer)).Id, true));
        var page = Open(address);
        Assert.Equal(expected, string.Join(' ', page.FindAll(".accounts td strong").Select(static n => n.TextContent)));
        Assert.Equal(expected.Length == 0, page.Markup.Contains("No account matches.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_SearchedAndSorted_KeepsItsAddress()
    {
        await SignIn(Role.Admin);
        await Site.Account(Role.Annotator);
        var page = Open("/accounts?role=annotator");
        await page.InvokeAsync(() => page.Find("#find").Input("zz"));
        page.WaitForAssertion(() => Assert.Contains("No account matches.", page.Markup, StringComparison.Ordinal), Patience);
        Assert.Equal("/accounts?q=zz&role=annotator", LastAddress());
        await page.InvokeAsync(() => page.FindAll("th .sortable-column-header").Single(static h => h.TextContent.Trim() == "Since").Click());
        page.WaitForAssertion(() => Assert.Equal("/accounts?q=zz&role=annotator&sort=created", LastAddress()), Patience);
    }

    [Fact]
    public async Task Password_New_IsShownOnceAndNowhereElse()
    {
        await SignIn(Role.Admin);
        var name = await Site.Account(Role.Viewer);
        var dialogs = Render<MudDialogProvider>();
        var page = Open("/accounts");
        await Press(page, $"New password for {name}");
        dialogs.WaitForAssertion(() => Assert.Contains("All sessions of the account end.", dialogs.Markup, StringComparison.Ordinal), Patience);
        await Confirm(dialogs, "Make a new password");
        page.WaitForAssertion(() => Assert.Contains($"Password of {name}", page.Markup, StringComparison.Ordinal), Patience);
        var password = page.Find("input.secret").GetAttribute("value")!;
        using var visitor = Site.Visitor();
        using var signedIn = await visitor.SignIn(name, password);
        Assert.EndsWith("/account", signedIn.Headers.Location!.OriginalString, StringComparison.Ordinal);

        using var admin = await Site.Visitor(Role.Admin);
        Assert.DoesNotContain(password, await admin.Client.GetStringAsync(new Uri("/accounts", UriKind.Relative)), StringComparison.Ordinal);
        Assert.DoesNotContain(Site.Service<AuditStore>().Page(1).Items, e => $"{e}".Contains(password, StringComparison.Ordinal));
        Assert.DoesNotContain(JSInterop.Invocations, i => i.Arguments.Any(a => $"{a}".Contains(password, StringComparison.Ordinal)));
        await page.InvokeAsync(() => page.Find(".one-time .mud-alert-close button").Click());
        page.WaitForAssertion(() => Assert.DoesNotContain(password, page.Markup, StringComparison.Ordinal), Patience);
    }

    [Fact]
    public async Task Disable_AccountThatIsGone_SaysSo()
    {
        await SignIn(Role.Admin);
        var name = await Site.Account(Role.Viewer);
        var dialogs = Render<MudDialogProvider>();
        var page = Open("/accounts");
        await Press(page, $"Disable {name}");
        dialogs.WaitForAssertion(() => Assert.Contains($"{name} can no longer sign in.", dialogs.Markup, StringComparison.Ordinal), Patience);
        using (var scope = Site.App.Services.CreateScope())
        {
            var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            await accounts.DeleteAsync((await accounts.FindByNameAsync(name))!);
        }

        await Confirm(dialogs, $"Disable {name}");
        page.WaitForAssertion(() => Assert.Equal("There is no such account any more.", page.Find("[role=alert]").TextContent), Patience);
        Assert.DoesNotContain(name, page.Find(".accounts").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disable_AndEnable_AreAskedForAndTold()
    {
        await SignIn(Role.Admin);
        var name = await Site.Account(Role.Viewer);
        var dialogs = Render<MudDialogProvider>();
        var page = Open("/accounts");
        await Press(page, $"Disable {name}");
        await Confirm(dialogs, "Leave as it is");
        dialogs.WaitForAssertion(() => Assert.Empty(dialogs.FindAll("[role=dialog]")), Patience);
        Assert.False(Site.Find(name).Disabled);
        // The account changes more than once over one connection.
        foreach (var (act, done) in (IEnumerable<(string, string)>)[("Disable", "disabled"), ("Enable", "enabled"), ("Disable", "disabled")])
        {
            await Press(page, $"{act} {name}");
            await Confirm(dialogs, $"{act} {name}");
            page.WaitForAssertion(() => Assert.Contains($"{name} is {done}.", page.Find(".account-notes").TextContent, StringComparison.Ordinal), Patience);
            Assert.Equal(act == "Disable", Site.Find(name).Disabled);
        }
    }

    [Fact]
    public async Task LastAdministrator_CanBeNeitherDisabledNorDemoted()
    {
        await SignIn(Role.Admin);
        var name = User.AccountName()!;
        var dialogs = Render<MudDialogProvider>();
        var page = Open("/accounts");
        await Press(page, $"Disable {name}");
        dialogs.WaitForAssertion(() => Assert.True(Button(dialogs, $"Disable {name}").HasAttribute("disabled")), Patience);
        Assert.Contains($"{name} is the last administrator", dialogs.Markup, StringComparison.Ordinal);
        await Confirm(dialogs, "Leave as it is");
        await Press(page, $"Change role of {name}");
        await Choose(dialogs, "viewer");
        dialogs.WaitForAssertion(() => Assert.Contains($"{name} is the last administrator", dialogs.Markup, StringComparison.Ordinal), Patience);
        Assert.True(Button(dialogs, "Change role").HasAttribute("disabled"));
        Assert.Equal((Role.Admin, false), (Site.Find(name).Role, Site.Find(name).Disabled));
    }

    [Fact]
    public async Task Role_OfTheOwnAccount_EndsThisSession()
    {
        await SignIn(Role.Admin);
        await Site.Account(Role.Admin);
        var name = User.AccountName()!;
        var dialogs = Render<MudDialogProvider>();
        var page = Open("/accounts");
        await Press(page, $"Change role of {name}");
        dialogs.WaitForAssertion(() => Assert.Contains("all of its sessions end, also this one", dialogs.Markup, StringComparison.Ordinal), Patience);
        await Choose(dialogs, "annotator");
        await Confirm(dialogs, "Change role");
        page.WaitForAssertion(() => Assert.Contains("All sessions of your account have ended", page.Find("[role=alert]").TextContent, StringComparison.Ordinal), Patience);
        Assert.Empty(page.FindAll(".accounts"));
        Assert.Equal(Role.Annotator, Site.Find(name).Role);
    }

    [Fact]
    public async Task Act_SessionHasEndedMeanwhile_IsRefusedAndShowsNothingMore()
    {
        await SignIn(Role.Admin);
        var name = await Site.Account(Role.Viewer);
        var dialogs = Render<MudDialogProvider>();
        var page = Open("/accounts");
        Site.Service<Sessions>().End(User);
        await Press(page, $"New password for {name}");
        await Confirm(dialogs, "Make a new password");
        page.WaitForAssertion(() => Assert.Contains("needs the role admin", page.Find("[role=alert]").TextContent, StringComparison.Ordinal), Patience);
        Assert.Empty(page.FindAll(".accounts, input.secret"));
        Assert.Equal("/login?returnUrl=%2Faccounts", page.FindAll("a").Single(static a => a.TextContent == "Sign in").GetAttribute("href"));
        Assert.False(Site.Find(name).MustChangePassword);
    }

    [Fact]
    public async Task Add_NameThatCannotBe_IsToldAtItsField()
    {
        await SignIn(Role.Admin);
        var dialogs = Render<MudDialogProvider>();
        var page = Open("/accounts");
        await Confirm(page, "Add account");
        foreach (var (name, says) in (IEnumerable<(string, string)>)[(string.Empty, "1 to 60 characters"), ("a b", "without spaces"), (User.AccountName()!, "already taken")])
        {
            dialogs.WaitForAssertion(() => Assert.NotNull(dialogs.Find("#new-name")), Patience);
            await dialogs.InvokeAsync(() => dialogs.Find("#new-name").Input(name));
            await dialogs.InvokeAsync(() => dialogs.Find("#new-account").Submit());
            dialogs.WaitForAssertion(() => Assert.Contains(says, dialogs.Find("#new-name").Closest(".mud-input-control")!.TextContent, StringComparison.Ordinal), Patience);
        }

        Assert.Single(Site.Service<AccountStore>().All());
        await dialogs.InvokeAsync(() => dialogs.Find("#new-name").Input("grace"));
        await dialogs.InvokeAsync(() => dialogs.Find("#new-account").Submit());
        page.WaitForAssertion(() => Assert.Contains("Password of grace", page.Markup, StringComparison.Ordinal), Patience);
        Assert.Equal(["Admin1", "grace"], page.FindAll(".accounts td strong").Select(static n => n.TextContent));
        Assert.Equal((Role.Annotator, true), (Site.Find("grace").Role, Site.Find("grace").MustChangePassword));
    }

    [Theory]
    [InlineData("/accounts")]
    [InlineData("/accounts?order=desc")]
    [InlineData("/accounts?q=a%40b&role=annotator&state=pending&sort=state&order=desc")]
    public void View_OfAnAddress_HasThatAddress(string address)
    {
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(new Uri("http://localhost"), address).Query);
        Assert.Equal(address, AccountView.Of(query["q"], query["role"], query["state"], query["sort"], query["order"]).Address());
    }

    private async Task Act(Func<AccountService, Task<AccountResult>> act)
    {
        using var scope = Site.App.Services.CreateScope();
        Assert.True((await act(scope.ServiceProvider.GetRequiredService<AccountService>())).Succeeded);
    }

    private string LastAddress() => (string)JSInterop.Invocations["history.replaceState"][^1].Arguments[2]!;

    private IRenderedComponent<AccountList> Open(string address)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(address);
        return Render<AccountList>();
    }

    private static Task Press(IRenderedComponent<IComponent> page, string label)
    {
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll($"button[aria-label='{label}']")), Patience);
        return page.InvokeAsync(() => page.Find($"button[aria-label='{label}']").Click());
    }

    private static Task Confirm(IRenderedComponent<IComponent> dialogs, string text)
    {
        dialogs.WaitForAssertion(() => Assert.NotNull(Button(dialogs, text)), Patience);
        return dialogs.InvokeAsync(() => Button(dialogs, text).Click());
    }

    private static async Task Choose(IRenderedComponent<IComponent> dialogs, string role)
    {
        dialogs.WaitForAssertion(() => Assert.NotEmpty(dialogs.FindComponents<MudSelect<Role>>()), Patience);
        await dialogs.InvokeAsync(() => dialogs.FindComponent<MudSelect<Role>>().Instance.SelectOption(Enum.Parse<Role>(role, ignoreCase: true)));
    }

    private static IElement Button(IRenderedComponent<IComponent> page, string text) => page.FindAll("button").First(b => b.TextContent.Trim() == text);
}
