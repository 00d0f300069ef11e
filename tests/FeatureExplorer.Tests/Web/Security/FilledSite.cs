using System.Net;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Tests.Web.Security;

/// <summary>A server with something on every page for which one signs in, and the cookies of an administrator.</summary>
public sealed class FilledSite : IAsyncLifetime, IDisposable
{
    private readonly AccountSite _site = new(AccountSite.Patient with { Training = new TrainingOptions { ImportRoot = AppContext.BaseDirectory } });

    // As held by the command that carries out its runs: a server without it would mark them as interrupted.
    private RunLock? _command;
    private bool _changed;

    public CookieCollection Cookies { get; private set; } = [];

    public async Task InitializeAsync()
    {
        _command = RunLock.TryTake(_site.Folder);
        await _site.InitializeAsync();
        LabelTests.Publish(_site);
        EveryPageTests.Fill(_site);
        using var administrator = await _site.Visitor(Role.Admin);
        Cookies = administrator.Cookies.GetAllCookies();
    }

    public string At(string url) => new Uri(_site.Address, url).ToString();

    /// <summary>Puts more onto the pages, the first time alone.</summary>
    public void Once(Action<AccountSite> change)
    {
        if (!_changed)
        {
            _changed = true;
            change(_site);
        }
    }

    public Task DisposeAsync() => _site.DisposeAsync();

    public void Dispose()
    {
        _command?.Dispose();
        _site.Dispose();
    }
}
