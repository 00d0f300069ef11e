using Microsoft.Playwright;

namespace FeatureExplorer.Tests.Web;

/// <summary>The browser of the operating system, started once; none where it is not installed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string? Program =
        new[] { Environment.GetEnvironmentVariable("CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
            .FirstOrDefault(File.Exists);

    private IPlaywright? _playwright;

    public IBrowser? Browser { get; private set; }

    public async Task InitializeAsync()
    {
        if (Program is null)
        {
            return;
        }

        // A machine that is busy with other tests needs long for what takes a moment otherwise.
        Assertions.SetDefaultExpectTimeout(60_000);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>
    /// Waits until an expression holds in a page. Playwright's own function for it looks once, and after that from within the page, whose content security policy
    /// allows no text to become a script.
    /// </summary>
    public static async Task Until(IPage page, string expression)
    {
        for (var tries = 0; !await page.EvaluateAsync<bool>(expression); tries++)
        {
            Assert.True(tries < 1200, $"This does not come to hold: {expression}");
            await Task.Delay(50);
        }
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
