using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;

/// <summary>
/// What another maker's encoder makes of the fuzzed texts: for each tokenizer a hash of the ids of every hundred texts. The fixture is made by tests/tokenizers/encode.mjs;
/// RENEW_TOKENIZERS=1 makes it anew, which takes all optional packages and Node.js.
/// </summary>
internal sealed class TokenizerOracle
{
    public const int Texts = 10_000;
    public const int Block = 100;

    private const ulong Seed = 22;
    private const string Renew = "RENEW_TOKENIZERS";
    private const string Fixture = "tokenizer-ids.json";

    private static readonly Lazy<TokenizerOracle> Loaded = new(static () => new TokenizerOracle());

    private readonly Dictionary<string, string[]> _hashes;

    private TokenizerOracle()
    {
        All = FuzzedTexts.Make(Texts, Seed);
        _hashes = Environment.GetEnvironmentVariable(Renew) == "1"
            ? Make()
            : JsonSerializer.Deserialize<Dictionary<string, string[]>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", Fixture)))!;
    }

    public static TokenizerOracle Instance => Loaded.Value;

    public IReadOnlyList<byte[]> All { get; }

    public string HashOf(string name, int block) => _hashes[name][block];

    public static string Hash(IEnumerable<IReadOnlyList<int>> ids)
    {
        var text = string.Join('\n', ids.Select(static list => string.Join(' ', list.Select(static id => id.ToString(CultureInfo.InvariantCulture)))));
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    private Dictionary<string, string[]> Make()
    {
        using var folder = new TemporaryFolder();
        var input = folder.Write("texts.json", JsonSerializer.Serialize(All.Select(Convert.ToBase64String)));
        var hashes = new Dictionary<string, string[]>();
        foreach (var name in TokenizerPackages.Names)
        {
            var output = folder.At($"{name}.json");
            string[] arguments = ["--max-old-space-size=8000", Path.Combine(TokenizerPackages.Root!, "encode.mjs"), input, output, $"{name}={TokenizerPackages.Find(name)}"];
            using var node = Process.Start(new ProcessStartInfo("node", arguments))!;
            node.WaitForExit();
            Assert.Equal(0, node.ExitCode);
            var ids = JsonSerializer.Deserialize<Dictionary<string, int[][]>>(File.ReadAllText(output))![name];
            hashes.Add(name, [.. ids.Chunk(Block).Select(Hash)]);
        }

        File.WriteAllText(
            Path.Combine(TokenizerPackages.Root!, "..", "FeatureExplorer.Tests", "Fixtures", Fixture),
            "{\n" + string.Join(",\n", hashes.Select(static entry => $"  \"{entry.Key}\": [\n    \"{string.Join("\", \"", entry.Value)}\"\n  ]")) + "\n}\n");
        return hashes;
    }
}
