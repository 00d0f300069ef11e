using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using FeatureExplorer.Web.Operations;

namespace FeatureExplorer.Tests.Web.Operations;

/// <summary>What people copy from the documentation works, and what the image is built from is there.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string? Root = FindRoot();

    [SkippableFact]
    public void Settings_InTheTable_AreAllOfThemWithTheirDefaults()
    {
        var table = Row().Matches(Read("docs/operation.md")).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value.Trim('`', ' '));
        Assert.Equal(Settings(new ExplorerOptions(), string.Empty).OrderBy(s => s.Key, StringComparer.Ordinal), table.OrderBy(s => s.Key, StringComparer.Ordinal));
    }

    [SkippableFact]
    public void Dockerfile_EverySource_ExistsAndIsNotIgnored()
    {
        var lines = Read("Dockerfile").Split('\n');
        var ignored = Read(".dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var sources = lines.Where(l => l.StartsWith("COPY ", StringComparison.Ordinal) && !l.Contains("--from", StringComparison.Ordinal))
            .SelectMany(l => l.Split(' ')[1..^1]).ToList();
        Assert.NotEmpty(sources);
        foreach (var source in sources)
        {
            var folder = Path.Combine(Root!, Path.GetDirectoryName(source) ?? string.Empty);
            Assert.True(Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder, Path.GetFileName(source)).Any(), $"COPY {source}: there is no such file.");
            Assert.DoesNotContain(source, ignored);
        }
    }

    [SkippableFact]
    public void Dockerfile_CopiesEveryProjectAndItsLockFileBeforeTheRestore()
    {
        var before = Read("Dockerfile").Split("RUN dotnet restore")[0];
        foreach (var project in Directory.GetDirectories(Path.Combine(Root!, "src")).Select(Path.GetFileName))
        {
            Assert.Contains($"COPY src/{project}/*.csproj", before, StringComparison.Ordinal);
            Assert.Contains($"src/{project}/packages.lock.json", before, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Dockerfile_RunsAsAUserWithAVolumeAndAHealthCheckOnTheSamePort()
    {
        var text = Read("Dockerfile");
        Assert.Contains("\nUSER app\n", text, StringComparison.Ordinal);
        Assert.Contains("\nVOLUME /data\n", text, StringComparison.Ordinal);
        Assert.Contains("chown app:app /data", text, StringComparison.Ordinal);
        Assert.Contains("http://localhost:8080/healthz/live", text, StringComparison.Ordinal);
        Assert.Contains("\"http://+:8080\"", text, StringComparison.Ordinal);
        Assert.Contains("EXPOSE 8080", text, StringComparison.Ordinal);
    }

    private static IEnumerable<KeyValuePair<string, string>> Settings(object options, string path) => options.GetType().GetProperties()
        .Where(p => p.CanWrite)
        .SelectMany(p => p.PropertyType.Namespace == typeof(ExplorerOptions).Namespace
            ? Settings(p.GetValue(options)!, $"{path}{p.Name}:")
            : [KeyValuePair.Create(path + p.Name, Text(p.GetValue(options)!))]);

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        IEnumerable and not string => throw new NotSupportedException("A list has no place in the table."),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Read(string file)
    {
        Skip.If(Root is null, "The tests do not run from the source tree.");
        return File.ReadAllText(Path.Combine(Root, file));
    }

    private static string? FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FeatureExplorer.sln")))
            {
                return folder.FullName;
            }
        }

        return null;
    }

    [GeneratedRegex(@"^\| `([A-Z][A-Za-z:]*)` \|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
