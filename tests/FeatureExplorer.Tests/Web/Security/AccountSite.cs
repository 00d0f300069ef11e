using System.Security.Claims;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web;
using FeatureExplorer.Web.Operations;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace FeatureExplorer.Tests.Web.Security;

/// <summary>A server on an empty data folder, with accounts as a test needs them.</summary>
public sealed class AccountSite : IAsyncLifetime, IDisposable
{
    public const string Password = "four unrelated words";

    /// <summary>Passwords may be tried as often as tests like.</summary>
    internal static readonly ExplorerOptions Patient = new() { Limits = new LimitOptions { SignInsPerMinute = 10_000, Burst = 100_000 } };

    private readonly TemporaryFolder _folder = new();
    private readonly ExplorerOptions _settings;
    private readonly Action<WebApplication>? _endpoints;
    private WebApplication? _app;
    private ClaimsPrincipal? _seen;
    private Func<HttpContext, Task>? _work;
    private int _names;

    public AccountSite()
        : this(Patient)
    {
    }

    internal AccountSite(ExplorerOptions settings, Action<WebApplication>? endpoints = null)
    {
        _settings = settings;
        _endpoints = endpoints;
    }

    public Uri Address { get; private set; } = null!;

    public string Folder => _folder.Path;

    public WebApplication App => _app!;

    internal static async Task<AccountSite> Start(ExplorerOptions settings, Action<WebApplication>? endpoints = null)
    {
        var site = new AccountSite(settings, endpoints);
        await site.InitializeAsync();
        return site;
    }

    public async Task InitializeAsync()
    {
        var database = FeatureDatabase.Open(new DataFolder(_folder.Path));
        _app = WebHost.Build(new WebHostOptions
        {
            Database = database,
            Urls = [Address?.ToString() ?? "http://127.0.0.1:0"],
            Settings = _settings,
            // Hashes are meant to be slow; tests make many.
            Services = services => services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1000),
        });
        _endpoints?.Invoke(_app);
        _app.MapGet("/test/me", (HttpContext http) =>
        {
            _seen = http.User;
            return _work?.Invoke(http) ?? Task.CompletedTask;
        });
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary>Stops the server and starts it again on the same folder and address.</summary>
    public async Task Restart()
    {
        await Stop();
        await InitializeAsync();
    }

    public T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    /// <summary>A visitor without an account.</summary>
    internal Visitor Visitor() => new(Address);

    /// <summary>A visitor who is signed in with a new account of a role.</summary>
    internal async Task<Visitor> Visitor(Role role)
    {
        var visitor = Visitor();
        visitor.Name = await Account(role);
        using var answer = await visitor.SignIn(visitor.Name, Password);
        Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
        return visitor;
    }

    /// <summary>A visitor who is signed in with a new account of a role, as services see one.</summary>
    internal async Task<ClaimsPrincipal> User(Role role)
    {
        using var visitor = await Visitor(role);
        return await User(visitor);
    }

    /// <summary>A visitor as services see one: nobody when the session that the cookie names has ended.</summary>
    internal async Task<ClaimsPrincipal> User(Visitor visitor)
    {
        using var answer = await visitor.Get("/test/me");
        return _seen!;
    }

    /// <summary>Does with accounts what a visitor's page would: within a request, with the session that the visitor's cookie names.</summary>
    internal async Task<AccountResult> Manage(Visitor visitor, Func<AccountService, ClaimsPrincipal, Task<AccountResult>> act)
    {
        Task<AccountResult>? done = null;
        _work = http => Task.WhenAny(done = act(http.RequestServices.GetRequiredService<AccountService>(), http.User));
        try
        {
            await User(visitor);
        }
        finally
        {
            _work = null;
        }

        return await done!;
    }

    /// <summary>Makes an account.</summary>
    /// <returns>Its name.</returns>
    internal async Task<string> Account(Role role)
    {
        using var scope = _app!.Services.CreateScope();
        var name = $"{role}{++_names}";
        var account = new Account { UserName = name, Role = role };
        var made = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account, Password);
        Assert.True(made.Succeeded, SignInService.Words(made));
        return name;
    }

    internal AccountInfo Find(string name) => Service<AccountStore>().All().Single(a => a.Name == name);

    public async Task DisposeAsync()
    {
        await Stop();
        Dispose();
    }

    public void Dispose() => _folder.Dispose();

    private async Task Stop()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }
}
