using System.Net;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Tests.Web.Exploration;
using FeatureExplorer.Web.Commands;
using FeatureExplorer.Web.Operations;
using Microsoft.Extensions.Logging;

namespace FeatureExplorer.Tests.Web;

/// <summary>What visitors see while a file behind the pages is damaged, cut or restored.</summary>
public sealed class DamageTests(ExplorationSite site) : IClassFixture<ExplorationSite>
{
    private DataFolder Folder => site.Service<DataFolder>();

    private string Index => Folder.Index(site.Dictionary);

    private string HeldOut => Path.Combine(Folder.Corpus(site.Dictionary.Provenance.CorpusHash), "held-out.tokens");

    [Theory]
    [InlineData("index.bin")]
    [InlineData("members.bin")]
    [InlineData("llr.bin")]
    [InlineData("held-out.tokens")]
    [InlineData("held-out.documents")]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors")]
    [InlineData("sae_weights.safetensors")]
    [InlineData("cfg.json")]
    [InlineData("formation.safetensors")]
    public async Task Get_FileDamagedOrCut_AnswersWithTheSameNumbersOrTellsOfIt(string name)
    {
        var file = Directory.GetFiles(Folder.Root, name, SearchOption.AllDirectories).First(static f => !f.Contains("contexts-", StringComparison.Ordinal));
        var bytes = await File.ReadAllBytesAsync(file);
        var addresses = Addresses().ToList();
        var before = new Dictionary<string, string>();
        foreach (var address in addresses)
        {
            before[address] = (await Get(address, HttpStatusCode.OK)).Text;
        }

        var watch = new DamageWatch(Folder, site.Service<ILogger<DamageWatch>>());
        var told = 0;
        foreach (var damaged in (byte[][])[bytes[..(bytes.Length / 2)], [.. bytes.Select(static (b, i) => i % 50 == 7 ? (byte)(b ^ 4) : b)]])
        {
            await Overwrite(file, damaged);
            // First as visitors meet it; then, once the watch has found it, pages that were kept are drawn again.
            foreach (var (address, i) in addresses.Concat(addresses).Select(static (address, i) => (address, i)))
            {
                if (i == addresses.Count)
                {
                    watch.Look(CancellationToken.None);
                }

                var (status, text) = await Get(address, null);
                var tells = text.Contains("is damaged: ", StringComparison.Ordinal) && text.Contains(name, StringComparison.Ordinal);
                told += tells ? 1 : 0;
                Assert.True(status == HttpStatusCode.OK || (status == HttpStatusCode.ServiceUnavailable && tells), $"{address}: {status} {text}");
                Assert.True(tells || !IsData(address) || text == before[address], $"{address} has other numbers.");
            }
        }

        await Overwrite(file, bytes);
        Assert.True(told > 0, "No page tells of the damage.");
        foreach (var address in addresses.Where(IsData))
        {
            Assert.Equal(before[address], (await Get(address, HttpStatusCode.OK)).Text);
        }

        watch.Look(CancellationToken.None);
        Assert.DoesNotContain("is damaged: ", (await Get("/", HttpStatusCode.OK)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("index.bin")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    [InlineData("held-out.documents")]
    public async Task Look_FileDeleted_IsToldUntilItIsBack(string name)
    {
        var file = Directory.GetFiles(Folder.Root, name, SearchOption.AllDirectories)[0];
        var away = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        File.Move(file, away);
        var watch = new DamageWatch(Folder, site.Service<ILogger<DamageWatch>>());
        watch.Look(CancellationToken.None);
        var home = (await Get("/", HttpStatusCode.OK)).Text;
        Assert.Contains("it is missing", home, StringComparison.Ordinal);
        Assert.Contains(Path.GetRelativePath(Folder.Root, file), home, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Failure, true), Verify(record: false, "it is missing"));

        File.Move(away, file);
        watch.Look(CancellationToken.None);
        Assert.DoesNotContain("it is missing", (await Get("/", HttpStatusCode.OK)).Text, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Success, true), Verify(record: false, "0 damaged"));
    }

    [Fact]
    public async Task Get_IndexOfOthersInItsPlace_ShowsNoneOfItsNumbersAndTellsOfIt()
    {
        var addresses = Addresses().ToList();
        var before = new Dictionary<string, string>();
        foreach (var address in addresses)
        {
            before[address] = (await Get(address, HttpStatusCode.OK)).Text;
        }

        var neurons = Folder.Index("A", "neurons");
        var watch = new DamageWatch(Folder, site.Service<ILogger<DamageWatch>>());
        Swap(Index, neurons);
        var told = 0;
        foreach (var (address, i) in addresses.Concat(addresses).Select(static (address, i) => (address, i)))
        {
            if (i == addresses.Count)
            {
                watch.Look(CancellationToken.None);
            }

            var (status, text) = await Get(address, null);
            var tells = text.Contains("The file dictionaries/A/1/index.bin is damaged: ", StringComparison.Ordinal);
            told += tells ? 1 : 0;
            Assert.True(status == HttpStatusCode.OK || (status == HttpStatusCode.ServiceUnavailable && tells), $"{address}: {status} {text}");
            Assert.True(tells || !IsData(address) || text == before[address], $"{address} has other numbers.");
        }

        Assert.True(told > 0, "No page tells of it.");
        Assert.Contains("The file dictionaries/A/1/index.bin is damaged: ", (await Get("/", HttpStatusCode.OK)).Text, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Failure, true), Verify(record: false, "DAMAGED           dictionaries/A/1/index.bin: it is not the index of A/1"));
        // Each file is counted once, also where its own checksums are right.
        var files = DataFiles.All(Folder).Count();
        Assert.Equal((ExitCodes.Failure, true), Verify(record: false, $"{files} files: {files - 2} as written, 2 damaged, 0 without a checksum."));

        Swap(Index, neurons);
        watch.Look(CancellationToken.None);
        Assert.DoesNotContain("is damaged: ", (await Get("/", HttpStatusCode.OK)).Text, StringComparison.Ordinal);
        foreach (var address in addresses.Where(IsData))
        {
            Assert.Equal(before[address], (await Get(address, HttpStatusCode.OK)).Text);
        }
    }

    [Fact]
    public async Task Look_DamageThatNobodyHasMet_IsOnTheHomePageAndTheDictionarysUntilRestored()
    {
        var bytes = await File.ReadAllBytesAsync(Index);
        var watch = new DamageWatch(Folder, site.Service<ILogger<DamageWatch>>());
        await Overwrite(Index, [.. bytes.SkipLast(9), .. bytes.TakeLast(9).Reverse()]);

        watch.Look(CancellationToken.None);

        foreach (var page in (string[])["/", "/A/1"])
        {
            Assert.Contains("The file dictionaries/A/1/index.bin is damaged: ", (await site.Page(page)).QuerySelector(".problem[role=alert]")!.TextContent, StringComparison.Ordinal);
        }

        await Overwrite(Index, bytes);
        watch.Look(CancellationToken.None);
        Assert.Null((await site.Page("/")).QuerySelector(".problem[role=alert]"));
        Assert.Null((await site.Page("/A/1")).QuerySelector(".problem[role=alert]"));
    }

    [Fact]
    public async Task Verify_DamagedAndWithoutChecksum_NamesBothAndFails()
    {
        Assert.Equal((ExitCodes.Success, true), Verify(record: false, "0 damaged, 0 without a checksum"));
        var sums = await File.ReadAllBytesAsync(BlockChecksums.FileOf(HeldOut));
        File.Delete(BlockChecksums.FileOf(HeldOut));
        Assert.Equal((ExitCodes.Success, true), Verify(record: false, "no checksum       corpora/"));

        var bytes = await File.ReadAllBytesAsync(HeldOut);
        var changed = bytes.ToArray();
        changed[100] ^= 1;
        await Overwrite(HeldOut, changed);
        Assert.Equal((ExitCodes.Failure, true), Verify(record: true, "DAMAGED"));
        Assert.False(File.Exists(BlockChecksums.FileOf(HeldOut)));

        await Overwrite(HeldOut, bytes);
        Assert.Equal((ExitCodes.Success, true), Verify(record: true, "1 given one"));
        Assert.Equal(sums, await File.ReadAllBytesAsync(BlockChecksums.FileOf(HeldOut)));

        await Overwrite(HeldOut, changed);
        Assert.Equal((ExitCodes.Failure, true), Verify(record: false, "held-out.tokens"));
        await Overwrite(HeldOut, bytes);
        Checksums.Verify(HeldOut);
    }

    private static void Swap(string one, string other)
    {
        foreach (var suffix in (string[])["", BlockChecksums.Suffix])
        {
            File.Move(one + suffix, one + ".away");
            File.Move(other + suffix, one + suffix);
            File.Move(one + ".away", other + suffix);
        }
    }

    private (int Code, bool Says) Verify(bool record, string what)
    {
        using var output = new StringWriter();
        var code = FileVerification.Run(Folder.Root, record, output);
        return (code, output.ToString().Contains(what, StringComparison.Ordinal));
    }

    // Each time another feature, so that nothing is kept from the time before.
    private IEnumerable<string> Addresses()
    {
        yield return "/";
        yield return "/A/1";
        yield return "/runs";
        foreach (var feature in Enumerable.Range(0, 6).Append(site.Busy))
        {
            yield return $"/A/1/{feature}?z={Guid.NewGuid():N}";
            yield return $"/api/v1/A/1/{feature}";
            yield return $"/api/v1/A/1/{feature}/context";
            yield return $"/api/v1/A/1/{feature}/examples";
            yield return $"/api/v1/A/1/{feature}/origins";
            yield return $"/A/1/{feature}/histogram.svg";
        }

        yield return "/api/v1/A/1/context?context=regex:a";
        yield return "/A/1/context?context=regex:e";
        yield return "/api/v1/A/1/text?q=some+text";
        yield return "/A/1/text?q=some+text";
        yield return $"/api/v1/compare?left=A/1/{site.Busy}&right=A/1/1";
    }

    private static bool IsData(string address) => address.StartsWith("/api/", StringComparison.Ordinal) || address.EndsWith(".svg", StringComparison.Ordinal);

    private async Task<(HttpStatusCode Status, string Text)> Get(string address, HttpStatusCode? expected)
    {
        using var answer = await site.Client.GetAsync(new Uri(address, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(expected is null || answer.StatusCode == expected, $"{address}: {answer.StatusCode} {text}");
        Assert.True(answer.IsSuccessStatusCode || answer.Content.Headers.ContentType?.MediaType == (IsData(address) ? "application/problem+json" : "text/html") || address.EndsWith(".svg", StringComparison.Ordinal), $"{address}: {answer.Content.Headers.ContentType}");
        return (answer.StatusCode, WebUtility.HtmlDecode(text));
    }

    // In place, as a copy over it or a failing disk does.
    private static async Task Overwrite(string file, byte[] bytes)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(bytes.Length);
        await stream.WriteAsync(bytes);
    }
}
