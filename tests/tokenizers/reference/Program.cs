using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FeatureExplorer.Tests.Engine.Text.Tokenizer.Imported;
using Tokenizers.DotNet;

// For each pipeline a hash of the ids of its texts, one text a line.
var file = Path.Combine(Path.GetTempPath(), $"{Environment.ProcessId}-tokenizer.json");
var hashes = new List<string>();
for (var number = 0; number < FuzzedPipelines.Count; number++)
{
    File.WriteAllText(file, FuzzedPipelines.Make(number));
    using var tokenizer = new Tokenizer(file);
    var ids = string.Join('\n', FuzzedPipelines.TextsOf(number).Select(text => string.Join(' ', tokenizer.Encode(text).Select(static id => id.ToString(CultureInfo.InvariantCulture)))));
    hashes.Add(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ids)).AsSpan(0, 8)));
}

File.Delete(file);
File.WriteAllText("../../FeatureExplorer.Tests/Fixtures/tokenizer-pipelines.json", "[\n  \"" + string.Join("\",\n  \"", hashes) + "\"\n]\n");
