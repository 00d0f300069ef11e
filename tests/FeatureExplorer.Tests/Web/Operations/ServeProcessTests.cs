using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Web.Commands;

namespace FeatureExplorer.Tests.Web.Operations;

/// <summary>A server as an operator starts and stops it.</summary>
public sealed partial class ServeProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _started = [];

    private string Data => Path.Combine(_folder.Path, "data");

    [Fact]
    public async Task Serve_WhileTheDemoTrains_IsAloneCanBeBackedUpAndStopsInTime()
    {
        var server = Start($"serve --data {Data} --urls http://127.0.0.1:0");
        var address = Address().Match(await Line(server, "FeatureExplorer is at")).Value;
        Assert.Matches("/setup .*: [a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{5}$", await Line(server, "No administrator yet"));

        var second = Start($"serve --data {Data} --urls http://127.0.0.1:0");
        Assert.Contains("Another server is using the data folder", await second.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        await second.WaitForExitAsync();
        Assert.Equal(ExitCodes.Failure, second.ExitCode);

        var backup = Start($"backup {_folder.Path}/backup --data {Data}");
        Assert.Contains("restore", await backup.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        await backup.WaitForExitAsync();
        Assert.Equal(ExitCodes.Success, backup.ExitCode);
        Assert.Single(new RunStore(FeatureDatabase.Open(new DataFolder($"{_folder.Path}/backup")), TimeProvider.System).Latest(5));

        using var client = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(address + "/healthz/ready"))).StatusCode);
        var start = Stopwatch.GetTimestamp();
        using (var kill = Process.Start("kill", ["-TERM", $"{server.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await server.WaitForExitAsync();
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        Assert.Null(DatabaseCopy.Damage(new DataFolder(Data).Database));
    }

    [Fact]
    public async Task Serve_RequestsHang_StopsInTime()
    {
        var server = Start($"serve --data {Data} --no-demo --urls http://127.0.0.1:0");
        var address = new Uri(Address().Match(await Line(server, "FeatureExplorer is at")).Value);
        string[] beginnings =
        [
            "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nUserName=a",
            "POST /api/v1/contexts/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "GET /about HTTP/1.1\r\nHost:",
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /_blazor?id=x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        ];
        var connections = new List<TcpClient>();
        foreach (var beginning in beginnings.SelectMany(b => Enumerable.Repeat(b, 5)))
        {
            var connection = new TcpClient(address.Host, address.Port);
            connections.Add(connection);
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(beginning));
        }

        // The page came: the requests before it are under way.
        Assert.True(await connections[15].GetStream().ReadAsync(new byte[1]) > 0);
        var start = Stopwatch.GetTimestamp();
        using (var kill = Process.Start("kill", ["-TERM", $"{server.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await server.WaitForExitAsync();
        Assert.Equal(ExitCodes.Success, server.ExitCode);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 10);
        connections.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task Serve_SettingsThatDoNotWork_ListsThemAll()
    {
        var server = Start($"serve --data {Data} --set Access:RequireSignIn=perhaps --set Limits:Burst=0");
        var error = await server.StandardError.ReadToEndAsync();
        await server.WaitForExitAsync();
        Assert.Equal(ExitCodes.Failure, server.ExitCode);
        Assert.Contains("Access:RequireSignIn is \"perhaps\"", error, StringComparison.Ordinal);
        Assert.Contains("Limits:Burst is 0", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }

        _folder.Dispose();
    }

    private Process Start(string arguments)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", $"{typeof(CommandLine).Assembly.Location} {arguments}")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _started.Add(process);
        return process;
    }

    private static async Task<string> Line(Process process, string beginning)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"The server ended: {await process.StandardError.ReadToEndAsync()}");
    }

    [GeneratedRegex(@"http://[0-9.:]+")]
    private static partial Regex Address();
}
