using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Tests.Analysis.Imports;
using FeatureExplorer.Tests.Storage;
using FeatureExplorer.Tests.Training;
using FeatureExplorer.Tests.Web.Security.Fetching;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Queue;
using FeatureExplorer.Web.Commands;

namespace FeatureExplorer.Tests.Web.Commands;

/// <summary>The real executable in a process of its own: what a user's shell sees.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("run --preset enormous", "enormous")]
    [InlineData("run --keep arabic", "arabic")]
    [InlineData("run --model api", "api")]
    [InlineData("run --queue --k 32", "--k: paper-2023 does not fix k")]
    [InlineData("run --queue --variant topk --lambda 0.01", "--lambda: topk has no λ")]
    [InlineData("run --queue --seed -1", "--seed: \"-1\" is not a whole number from 0 to 18446744073709551615.")]
    [InlineData("run --queue --tokens 1.5", "--tokens: \"1.5\" is not a whole number of at most 9223372036854775807.")]
    [InlineData("run --queue --layers 99999999999", "--layers: \"99999999999\" is not a whole number of at most 2147483647.")]
    [InlineData("run --queue --site mlp.out,mlp.post,mlp.out", "--site: Site: mlp.out is listed twice")]
    [InlineData("run --queue --site mlp.out,here", "site: There is no \"here\"")]
    [InlineData("run --queue --from A/1", "so that nothing can go on from A/1")]
    [InlineData("run --queue --samples 0", "--samples is 0; it must be from 1 to 1,000,000,000,000.")]
    [InlineData("run --queue --lambda x --features y", "--features: \"y\" is no number")]
    [InlineData("run --queue --features y --lambda x", "--lambda: \"x\" is no number")]
    [InlineData("bench quality --activations x.npy --variant topk --sparsity 8 z", "--sparsity: \"z\" is not a finite number.")]
    [InlineData("bench quality --activations x.npy --decay NaN", "--decay: \"NaN\" is not a finite number.")]
    [InlineData("bench dictionary --l0 many", "--l0: \"many\" is not a finite number.")]
    [InlineData("bench quality --activations x.npy --variant topk", "--sparsity")]
    [InlineData("bench quality --activations x.npy --variant topk --sparsity 8 --threshold 0.1", "jumprelu")]
    [InlineData("bench dictionary --features 0", "--features")]
    [InlineData("bench dictionary --peer /no/such/folder", "/no/such/folder")]
    [InlineData("import dictionary /no/such/folder", "--model")]
    [InlineData("import dictionary /tmp --model A --scale -1", "--scale is -1")]
    [InlineData("import dictionary /tmp --model A --name B/1", "--name is B/1")]
    [InlineData("export A/1 --format gguf --out /tmp/new", "--format is gguf; it must be one of saelens, ")]
    [InlineData("export A/1 --format saelens --features 1 --out /tmp/new", "leave --features")]
    [InlineData("export A/1 --format csv --out /tmp/new --data /no/such/folder", "/no/such/folder")]
    [InlineData("index A/1 --data /no/such/folder", "--corpus")]
    [InlineData("index A/1 --corpus /tmp --data /no/such/folder", "/no/such/folder")]
    [InlineData("index A/1 --corpus /tmp --name B/2", "--name is B/2")]
    [InlineData("import model /tmp /etc", "PATH is /tmp /etc: name one path")]
    [InlineData("import model https://example.org/gpt2/", "no names of files follow")]
    [InlineData("frobnicate", "frobnicate")]
    public void Run_BadUsage_Exits2AndNamesTheValue(string arguments, string value)
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = Start($"{arguments} {(arguments.StartsWith("run", StringComparison.Ordinal) ? $"--data {folder.Path}" : string.Empty)}");
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(value, error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--set Demo=false --set demo=true", "Demo")]
    [InlineData("--urls http://localhost:1 --set Urls=http://localhost:2", "Urls")]
    public void Serve_SettingTwice_IsRefusedByName(string arguments, string name)
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = Start($"serve --data {folder.Path} {arguments}");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.StartsWith($"The command line gives {name} more than once", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", "is in use by another program: end that program, or name another address with --urls.")]
    [InlineData("192.0.2.1", "cannot be listened on")] // reserved for documentation: no machine has it
    public void Serve_AddressItCannotHave_Exits1WithOneSentence(string host, string says)
    {
        using var folder = new TemporaryFolder();
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var (code, output, error) = Start($"serve --no-demo --data {folder.Path} --urls http://{host}:{((System.Net.IPEndPoint)other.LocalEndpoint).Port}");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains(says, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("model-null", "model: null")]
    [InlineData("dictionary-name-null", "dictionaries[0].name: null")]
    [InlineData("sweep-features-null", "sweep.features: null")]
    [InlineData("sweep-lambda-null", "sweep.lambda: null")]
    [InlineData("sweep-160000", "There are 160000; a run has 1 to 64")]
    public void Run_ConfigurationThatCannotBe_Exits2AndNamesTheSetting(string name, string says)
    {
        var file = SharedFolder.Find($"cases/turn2/config/{name}.json");
        Skip.If(file is null, "The cases are not at hand.");
        using var folder = new TemporaryFolder();
        var (code, _, error) = Start($"run --queue --config {file} --data {folder.Path}");
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_CorpusMissing_Exits1AndNamesThePath()
    {
        using var folder = new TemporaryFolder();
        var missing = System.IO.Path.Combine(folder.Path, "no-such-corpus");
        var (code, _, error) = Start($"run --corpus {missing} --data {folder.Path}");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains(missing, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_DataFolderInUse_Exits1AndSaysSo()
    {
        using var folder = new TemporaryFolder();
        using var hold = RunLock.TryTake(folder.Path);
        Assert.NotNull(hold);
        var (code, _, error) = Start($"run --data {folder.Path}");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("Another run", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TrainingDiverges_Exits1AndSaysWhyAndWhatToTry()
    {
        using var folder = new TemporaryFolder();
        var settings = System.IO.Path.Combine(folder.Path, "run.json");
        var dictionary = SmallRun.Configuration.Dictionaries[0] with { LearningRate = 0.99f };
        // Wide enough to diverge within a few steps.
        var wide = SmallRun.Configuration.Transformer with { DModel = 64, DMlp = 512, Context = 128 };
        File.WriteAllText(settings, RunConfigurationJson.Write(SmallRun.Configuration with { Transformer = wide, Dictionaries = [dictionary] }));
        var data = System.IO.Path.Combine(folder.Path, "data");
        SmallRun.CopyCorpus(data);
        var (code, _, error) = Start($"run --config {settings} --data {data}");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("A/1: Training of the dictionary diverged at step", error, StringComparison.Ordinal);
        Assert.Contains("learning rate 0.99 is probably too high", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FromAFinishedDictionary_MakesANewOneAndLeavesItsSource()
    {
        using var folder = new TemporaryFolder();
        var data = System.IO.Path.Combine(folder.Path, "data");
        SmallRun.CopyFinished(data);
        var settings = System.IO.Path.Combine(folder.Path, "run.json");
        File.WriteAllText(settings, RunConfigurationJson.Write(SmallRun.Configuration));
        var source = File.ReadAllBytes(System.IO.Path.Combine(data, "dictionaries", "A", "1", "sae_weights.safetensors"));

        var (refused, _, why) = Start($"run --config {settings} --from A/1 --features 64 --data {data}");
        var (code, output, error) = Start($"run --config {settings} --from A/1 --samples 4000 --json --data {data}");

        Assert.Equal(ExitCodes.Usage, refused);
        Assert.Contains("Features is 64, and A/1, from which training goes on, has 48: ask for 48", why, StringComparison.Ordinal);
        Assert.True(code == ExitCodes.Success, error);
        var made = Assert.Single(JsonDocument.Parse(output).RootElement.GetProperty("dictionaries").EnumerateArray());
        Assert.Equal(("A/2", 48), (made.GetProperty("name").GetString(), made.GetProperty("features").GetInt32()));
        Assert.Equal(source, File.ReadAllBytes(System.IO.Path.Combine(data, "dictionaries", "A", "1", "sae_weights.safetensors")));
    }

    [Fact]
    public void Index_OverAnotherText_PrintsWhatItMade()
    {
        using var folder = new TemporaryFolder();
        var data = System.IO.Path.Combine(folder.Path, "data");
        SmallRun.CopyFinished(data);
        var text = System.IO.Path.Combine(folder.Path, "games.txt");
        File.WriteAllText(text, Training.Imports.DictionaryIndexerTests.Games(800));

        var (missing, _, why) = Start($"index A/1 --corpus {text}.gone --data {data}");
        var (code, output, error) = Start($"index A/1 --corpus {text} --name A/chess --tokens 4000 --no-relate --json --data {data}");

        Assert.Equal(ExitCodes.Failure, missing);
        Assert.Contains("games.txt.gone", why, StringComparison.Ordinal);
        Assert.True(code == ExitCodes.Success, error);
        var made = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("A/chess", "A/1", "games.txt"), (made.GetProperty("name").GetString(), made.GetProperty("of").GetString(), made.GetProperty("text").GetString()));
        Assert.Equal(4000, made.GetProperty("index").GetProperty("tokens").GetInt64());
        Assert.True(File.Exists(System.IO.Path.Combine(data, "dictionaries", "A", "chess", "index.bin")));
    }

    [Fact]
    public void ImportAnthropic_FolderWithOneGoodFile_ImportsItAndNamesTheOthers()
    {
        using var folder = new TemporaryFolder();
        var files = System.IO.Directory.CreateDirectory(System.IO.Path.Combine(folder.Path, "files")).FullName;
        SamplePublished.Write(files, SamplePublished.Feature());
        File.WriteAllText(System.IO.Path.Combine(files, "other.json"), "{}");
        var (code, output, error) = Start($"import anthropic {files} --data {folder.Path}/data");
        Assert.Equal(ExitCodes.Success, code);
        Assert.Contains("anthropic/A1: 1 features, 1 file skipped", output, StringComparison.Ordinal);
        Assert.Contains("other.json was skipped", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ImportDictionary_ThatFitsNoSite_Exits1AndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        SmallRun.CopyFinished(folder.Path);
        var goodfire = System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign-dictionaries", "goodfire");
        var (code, output, error) = Start($"import dictionary {goodfire} --model A --data {folder.Path} --site resid.pre.0");
        Assert.Equal(ExitCodes.Usage, code); // its name says resid.post.1
        Assert.Contains("--site is resid.pre.0", error, StringComparison.Ordinal);
        Assert.Empty(output);
        Assert.Equal(["1", "neurons"], System.IO.Directory.GetDirectories(System.IO.Path.Combine(folder.Path, "dictionaries", "A")).Select(System.IO.Path.GetFileName).Order());
    }

    [Fact]
    public void ImportDictionary_Check_PrintsWhatTheFilesHold()
    {
        using var folder = new TemporaryFolder();
        SmallRun.CopyFinished(folder.Path);
        var (code, output, _) = Start($"import dictionary {System.IO.Path.Combine(folder.Path, "dictionaries", "A", "1")} --model A --data {folder.Path} --check --json");
        Assert.Equal(ExitCodes.Success, code);
        var found = JsonDocument.Parse(output).RootElement.GetProperty("found");
        Assert.Equal(("mlp.post.0", 48, "SAELens"), (found.GetProperty("site").GetString(), found.GetProperty("features").GetInt32(), found.GetProperty("origin").GetProperty("format").GetString()));
    }

    [Fact]
    public async Task ImportModel_FromAddressesOverAConnectionThatBreaks_ImportsWhatItsCheckFetched()
    {
        using var folder = new TemporaryFolder();
        SmallRun.CopyFinished(System.IO.Path.Combine(folder.Path, "finished"));
        var finished = new DataFolder(System.IO.Path.Combine(folder.Path, "finished"));
        await using var server = await CutServer.Start();
        foreach (var file in (string[])["config.json", "model.safetensors", "tokenizer.json"])
        {
            server.Files[$"toy/{file}"] = await File.ReadAllBytesAsync(System.IO.Path.Combine(finished.Model("A"), file));
        }

        foreach (var file in SparseAutoencoder.Files)
        {
            server.Files[$"sae/{file}"] = await File.ReadAllBytesAsync(System.IO.Path.Combine(finished.Dictionary("A", "1"), file));
        }

        var (data, text) = (System.IO.Path.Combine(folder.Path, "data"), System.IO.Path.Combine(folder.Path, "games.txt"));
        await File.WriteAllTextAsync(text, Training.Imports.DictionaryIndexerTests.Games(3000));
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(System.IO.Path.Combine(data, "appsettings.json"), """{"Fetch": {"AllowPrivateAddresses": true}}""");
        server.Cuts.Enqueue(100);
        var command = $"import model {server.Address}toy/ config.json model.safetensors tokenizer.json --corpus {text} --held-out-tokens 8000 --name G --json --data {data}";

        var (checkedCode, found, told) = Start($"{command} --check --dictionary \"{server.Address}sae/ {string.Join(' ', SparseAutoencoder.Files)}\"");
        var fetched = server.Asked.Count;
        var (code, output, error) = Start(command);

        Assert.True(checkedCode == ExitCodes.Success, told);
        Assert.Contains("the same command goes on with them", told, StringComparison.Ordinal);
        Assert.Equal("mlp.post.0", Assert.Single(JsonDocument.Parse(found).RootElement.GetProperty("dictionaries").EnumerateArray()).GetProperty("found").GetProperty("site").GetString());
        Assert.Contains("toy/config.json bytes=100- \"v1\"", server.Asked);
        Assert.True(code == ExitCodes.Success, error);
        var made = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("G", "127.0.0.1/toy"), (made.GetProperty("name").GetString(), made.GetProperty("found").GetProperty("origin").GetProperty("files").GetString()));
        // Of what the check fetched, the import asked for the last byte of each file alone, and it goes; the dictionary's files are kept.
        Assert.Equal(server.Files.Where(static file => file.Key.StartsWith("toy/", StringComparison.Ordinal)).Select(static file => $"{file.Key} bytes={file.Value.Length - 1}- \"v1\""), server.Asked.Skip(fetched));
        Assert.Equal("sae", System.IO.Path.GetFileName(Assert.Single(Directory.GetDirectories(Assert.Single(Directory.GetDirectories(System.IO.Path.Combine(data, "imports")))))));
    }

    [Fact]
    public void ImportModel_ThatCannotBe_LeavesNoDataFolder()
    {
        using var folder = new TemporaryFolder();
        var data = System.IO.Path.Combine(folder.Path, "data");
        var model = System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "foreign-models", "gpt2");
        var (code, _, error) = Start($"import model {model} --data {data}"); // it has no tokenizer
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains(model, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public void Run_OnAnImportedModelOfSeveralLayers_AsksForTheLayer()
    {
        using var folder = new TemporaryFolder();
        SmallRun.CopyFinished(folder.Path);
        var database = FeatureDatabase.Open(new DataFolder(folder.Path));
        var trained = new FeatureStore(database).FindModel("A")!;
        new RunWriter(database).SaveModel(trained with { Name = "G", Layers = 3, Origin = new ModelOrigin("GPT-2", "gpt2", "abc") });
        var (code, _, error) = Start($"run --model G --features 64 --queue --data {folder.Path}");
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("G has 3 layers: say which one its dictionaries read, --layer 0 to --layer 2.", error, StringComparison.Ordinal);

        (code, _, error) = Start($"run --model G --features 64 --site resid.post.1 --layer 2 --queue --data {folder.Path}");
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains("--site and --layer name the layers 1, 2", error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Success, Start($"run --model G --features 64 --site resid.post.1 --queue --data {folder.Path}").Code);
        var queued = JsonNode.Parse(Assert.Single(new RunStore(database, TimeProvider.System).Latest(5), static run => run.Status == RunStatus.Queued).Configuration)!["dictionaries"]![0]!;
        Assert.Equal(("resid.post", 1), ((string?)queued["site"], (int?)queued["layer"]));
    }

    [Fact]
    public void ImportAnthropic_NothingGood_Exits1()
    {
        using var folder = new TemporaryFolder();
        var file = System.IO.Path.Combine(folder.Path, "1.json");
        File.WriteAllText(file, "no JSON");
        var (code, _, error) = Start($"import anthropic {file} --data {folder.Path}/data");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains("1.json was skipped", error, StringComparison.Ordinal);
    }

    [Fact]
    public void BenchGemm_Json_PrintsOneObjectPerShape()
    {
        var (code, output, _) = Start("bench gemm --shape 96,64,32 --json");
        Assert.Equal(ExitCodes.Success, code);
        using var json = JsonDocument.Parse(output);
        var result = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal((96, 64, 32), (result.GetProperty("m").GetInt32(), result.GetProperty("n").GetInt32(), result.GetProperty("k").GetInt32()));
        Assert.True(result.GetProperty("gigaflopsPerSecond").GetDouble() > 0);
    }

    [Fact]
    public void Doctor_Always_NamesVectorsThreadsMemoryAndDisk()
    {
        using var folder = new TemporaryFolder();
        var (_, output, _) = Start($"doctor --data {folder.Path}");
        Assert.All(new[] { "Vectors", "Threads", "Memory", "Free disk", folder.Path }, word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    [Fact]
    public void Doctor_FolderThatIsNotThere_FailsAndMakesNone()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Combine(folder.Path, "misspelt");
        var (code, _, error) = Start($"doctor --data {missing}");
        Assert.Equal(ExitCodes.Failure, code);
        Assert.Contains($"There is no data folder {missing}", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(missing));
    }

    private static (int Code, string Output, string Error) Start(string arguments)
    {
        var assembly = typeof(CommandLine).Assembly.Location;
        using var process = Process.Start(new ProcessStartInfo("dotnet", $"{assembly} {arguments}")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
