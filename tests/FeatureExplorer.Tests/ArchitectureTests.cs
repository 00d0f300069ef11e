using System.Text.RegularExpressions;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Web;

namespace FeatureExplorer.Tests;

/// <summary>The direction of dependencies and the size of files, kept true.</summary>
public sealed partial class ArchitectureTests
{
    private const int LongestFile = 300;
    private const int LargestFolder = 28;

    private static readonly string? Root = FindRoot();

    // A kernel that reads straight down, and all addresses in one place.
    private static readonly string[] MayBeLonger = ["src/FeatureExplorer.Engine/Numerics/MatrixProduct.cs", "src/FeatureExplorer.Web/Urls.cs"];

    /// <summary>What must not be used, and what to use instead. Tools that talk to a terminal may use the console.</summary>
    private static readonly (string Pattern, string Instead, string[] Allowed)[] Banned =
    [
        (@"\bRandom\.Shared\b|\bnew Random\(", "a seeded CounterRandom", []),
        (@"\bDateTime(Offset)?\.(Utc)?Now\b", "TimeProvider", []),
        (@"\bMarkupString\b|\bAddMarkupContent\b", "text, which Razor escapes, or a MarkupWriter", ["src/FeatureExplorer.Web/Components/Tokens/MarkupWriter.cs"]),
        (@"\.Result\b(?!\s*[<({])(?=\s*[;,)])|\.Wait\(\)", "await", ["src/FeatureExplorer.Engine/", "src/FeatureExplorer.Analysis/", "src/FeatureExplorer.Training/", "src/FeatureExplorer.Web/Runs/", "src/FeatureExplorer.Web/Commands/", "src/FeatureExplorer.Web/Systems/SiteComparisons.cs"]),
        (@"\bRequest\.Query\b", "a declared AddressParameterAttribute", ["src/FeatureExplorer.Web/Computing/ComputesAttribute.cs"]),
        (@"\bEnum\.(Try)?Parse\b", "EnumWords.Parse", []),
        (@"\bConsole\.", "an argument or a log", ["src/FeatureExplorer.Web/Commands/", "src/FeatureExplorer.Web/Program.cs"]),
    ];

    [Theory]
    [InlineData(typeof(CounterRandom), "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Microsoft.Data.Sqlite", "FeatureExplorer.Analysis", "FeatureExplorer.Storage", "FeatureExplorer.Training", "FeatureExplorer.Web")]
    [InlineData(typeof(FeatureReport), "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Microsoft.Data.Sqlite", "FeatureExplorer.Storage", "FeatureExplorer.Training", "FeatureExplorer.Web")]
    [InlineData(typeof(FeatureStore), "Microsoft.AspNetCore", "FeatureExplorer.Training", "FeatureExplorer.Web")]
    [InlineData(typeof(RunConfiguration), "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Microsoft.Data.Sqlite", "FeatureExplorer.Web")]
    [InlineData(typeof(WebHost), "Microsoft.EntityFrameworkCore", "Microsoft.Data.Sqlite")]
    public void Assembly_OfALayer_DoesNotReferenceWhatLiesAboveIt(Type layer, params string[] forbidden)
    {
        // Identity's tables lie with the others.
        var references = layer.Assembly.GetReferencedAssemblies().Select(r => r.Name!).Where(r => r != "Microsoft.AspNetCore.Identity.EntityFrameworkCore");
        Assert.DoesNotContain(references, r => forbidden.Any(f => r.StartsWith(f, StringComparison.Ordinal)));
    }

    [Fact]
    public void Entities_StayInsideStorage()
    {
        var entities = typeof(FeatureStore).Assembly.GetTypes().Where(t => t.Namespace == "FeatureExplorer.Storage.Entities").ToList();
        Assert.NotEmpty(entities);
        Assert.All(entities, t => Assert.False(t.IsPublic, t.Name));
        Assert.DoesNotContain(
            typeof(FeatureStore).Assembly.GetTypes(), t => t.IsPublic && typeof(Microsoft.EntityFrameworkCore.DbContext).IsAssignableFrom(t));
    }

    [SkippableFact]
    public void Files_AreNotTooLong()
    {
        var tooLong = Sources().Where(f => !f.Contains("/Migrations/", StringComparison.Ordinal) && !f.Contains("/CompiledModel/", StringComparison.Ordinal) && !MayBeLonger.Contains(f))
            .Select(f => (File: f, Lines: File.ReadLines(Path.Combine(Root!, f)).Count())).Where(f => f.Lines > LongestFile);
        Assert.Empty(tooLong);
    }

    [SkippableFact]
    public void Folders_AreNotTooLarge()
    {
        var tooLarge = Sources().Where(static f => !f.Contains("/Migrations/", StringComparison.Ordinal) && !f.Contains("/CompiledModel/", StringComparison.Ordinal))
            .GroupBy(static f => Path.GetDirectoryName(f)).Where(static g => g.Count() > LargestFolder).Select(static g => $"{g.Key}: {g.Count()} files");
        Assert.Empty(tooLarge);
    }

    [SkippableFact]
    public void Types_HaveNamesOfTheirOwn()
    {
        var twice = Sources().Select(static f => Path.GetFileName(f)).Where(static f => f != "_Imports.razor").GroupBy(static f => f).Where(static g => g.Count() > 1).Select(static g => g.Key);
        Assert.Empty(twice);
    }

    [SkippableFact]
    public void Sources_DoNotUseWhatIsBanned()
    {
        var found = from file in Sources()
                    from line in File.ReadLines(Path.Combine(Root!, file)).Select((text, i) => (text, number: i + 1))
                    let code = Comment().Replace(line.text, string.Empty)
                    from ban in Banned
                    where !ban.Allowed.Any(a => file.StartsWith(a, StringComparison.Ordinal)) && Regex.IsMatch(code, ban.Pattern)
                    select $"{file}:{line.number}: {line.text.Trim()} (use {ban.Instead})";
        Assert.Empty(found);
    }

    [Fact]
    public void Classes_AreSealedUnlessSomethingDerivesFromThem()
    {
        Type[] layers = [typeof(CounterRandom), typeof(FeatureReport), typeof(FeatureStore), typeof(RunConfiguration), typeof(WebHost)];
        var types = layers.SelectMany(t => t.Assembly.GetTypes()).Where(t => t.Namespace?.StartsWith("FeatureExplorer", StringComparison.Ordinal) == true).ToList();
        var bases = types.Select(t => t.BaseType).OfType<Type>().Select(t => t.IsGenericType ? t.GetGenericTypeDefinition() : t).ToHashSet();
        var open = types.Where(t => t.IsClass && !t.IsSealed && !t.IsAbstract && !bases.Contains(t))
            .Where(t => !t.Namespace!.StartsWith("FeatureExplorer.Web.Components", StringComparison.Ordinal) && !t.Namespace!.EndsWith("Migrations", StringComparison.Ordinal) && !t.Namespace!.EndsWith("CompiledModel", StringComparison.Ordinal));
        Assert.Empty(open);
    }

    /// <summary>What the compiler, which reports the rest of the formatting, does not: the order of directives, the ends of lines and files.</summary>
    [SkippableFact]
    public void Sources_AreFormattedWhereTheCompilerDoesNotLook()
    {
        var written = Sources("src").Concat(Sources("tests")).Where(static file => !file.Contains("/CompiledModel/", StringComparison.Ordinal) && !file.Contains("/Migrations/", StringComparison.Ordinal));
        var wrong = written.Select(static file => (file, Problem: FormatProblem(File.ReadAllBytes(Path.Combine(Root!, file)))))
            .Where(static found => found.Problem is not null).Select(static found => $"{found.file}: {found.Problem}");
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("using System.Text;\nusing A.B;\nusing A.B.C;\nusing Bc;\n\nclass X;\n", null)]
    [InlineData("using A;\nusing System.Text;\n", "using System.Text is out of order")]
    [InlineData("using B;\nusing A;\n", "using A is out of order")]
    [InlineData("class X;", "no line end at its end")]
    [InlineData("class X;\r\n", "a carriage return")]
    [InlineData("\ufeffclass X;\n", "a byte order mark")]
    public void FormatProblem_OfAFile_IsNamed(string text, string? problem) => Assert.Equal(problem, FormatProblem(System.Text.Encoding.UTF8.GetBytes(text)));

    private static string? FormatProblem(byte[] bytes)
    {
        if (bytes.AsSpan().StartsWith([(byte)0xef, (byte)0xbb, (byte)0xbf]))
        {
            return "a byte order mark";
        }

        if (bytes.Length > 0 && bytes[^1] != '\n')
        {
            return "no line end at its end";
        }

        if (bytes.Contains((byte)'\r'))
        {
            return "a carriage return";
        }

        var directives = System.Text.Encoding.UTF8.GetString(bytes).Split('\n').Select(static line => Directive().Match(line)).Where(static match => match.Success).Select(static match => match.Groups[1].Value).ToList();
        var sorted = directives.OrderByDescending(static name => name == "System" || name.StartsWith("System.", StringComparison.Ordinal)).ThenBy(static name => name.Replace('.', '\u0001'), StringComparer.OrdinalIgnoreCase);
        var misplaced = sorted.Zip(directives).FirstOrDefault(static pair => pair.First != pair.Second).First;
        return misplaced is null ? null : $"using {misplaced} is out of order";
    }

    private static IEnumerable<string> Sources(string top = "src")
    {
        Skip.If(Root is null, "The sources are not at hand.");
        return Directory.EnumerateFiles(Path.Combine(Root!, top), "*.*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            .Select(f => Path.GetRelativePath(Root!, f).Replace('\\', '/'))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));
    }

    private static string? FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FeatureExplorer.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName;
    }

    [GeneratedRegex(@"^using ([A-Za-z0-9_.]+);$")]
    private static partial Regex Directive();

    [GeneratedRegex(@"//.*$")]
    private static partial Regex Comment();
}
