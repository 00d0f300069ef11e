using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Exports;

/// <summary>
/// Writes features for circuit-tracer's viewer, whose option features_dir names the folder: <c>layer_L.bin</c>, for each feature four bytes of length, little-endian, and its JSON with gzip, and
/// <c>index.json.gz</c>, which has the byte at which each begins; one that is not there has no bytes. And the same JSON in a file for each, <c>json/ID.json</c>, ID being the number that graphs give to (layer, feature): their Cantor pair (x + y)(x + y + 1) / 2 + y. Neuronpedia's schema of a
/// feature's details takes each, too.
/// </summary>
public sealed class CircuitTracerExport(FeatureReader reader)
{
    /// <summary>Writes the files.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="layer">The layer that it reads.</param>
    /// <param name="features">Those to write; the others are empty.</param>
    /// <param name="sink">Receives them.</param>
    /// <param name="cancellation">Ends it between features.</param>
    public void Write(DictionaryInfo dictionary, int layer, IReadOnlyCollection<int> features, IFileSink sink, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(sink);
        var offsets = new long[dictionary.Features + 1];
        using var records = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        var written = new HashSet<int>(features);
        for (var feature = 0; feature < dictionary.Features; feature++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (written.Contains(feature) && reader.Find(dictionary, feature) is { } view)
            {
                var json = JsonSerializer.SerializeToUtf8Bytes(Feature(view, layer));
                WriteRecord(records, json);
                sink.Add(FormattableString.Invariant($"json/{Pair(layer, feature)}.json"), stream => stream.Write(json));
            }

            offsets[feature + 1] = records.Position;
        }

        records.Position = 0;
        var name = FormattableString.Invariant($"layer_{layer}.bin");
        sink.Add(name, records.CopyTo);
        var index = new JsonObject { [FormattableString.Invariant($"{layer}")] = new JsonObject { ["filename"] = name, ["offsets"] = new JsonArray([.. offsets.Select(static offset => (JsonNode)offset)]) } };
        sink.Add("index.json.gz", stream => Compress(stream, JsonSerializer.SerializeToUtf8Bytes(index)));
    }

    /// <summary>The number of a feature in graphs.</summary>
    internal static long Pair(long layer, long feature) => ((layer + feature) * (layer + feature + 1) / 2) + feature;

    private static void WriteRecord(FileStream records, byte[] json)
    {
        using var member = new MemoryStream();
        Compress(member, json);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)member.Length);
        records.Write(length);
        member.WriteTo(records);
    }

    private static void Compress(Stream stream, byte[] json)
    {
        using var member = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        member.Write(json);
    }

    private static JsonObject Feature(FeatureView view, int layer)
    {
        var report = view.Report;
        var quantiles = new JsonArray(Group(view, "Top activations", report.Top));
        foreach (var interval in report.IntervalExamples.Where(static interval => interval.Examples.Count > 0))
        {
            quantiles.Add(Group(view, FormattableString.Invariant($"Interval {interval.Low:0.###} to {interval.High:0.###}"), interval.Examples));
        }

        foreach (var level in report.Levels ?? [])
        {
            quantiles.Add(Group(view, level.Name, level.Examples));
        }

        return new JsonObject
        {
            ["transcoder_id"] = FormattableString.Invariant($"{view.Dictionary.Id}, layer {layer}"),
            ["index"] = report.Index,
            ["clerp"] = view.Name.Text,
            ["examples_quantiles"] = quantiles,
            ["top_logits"] = Texts(view, report.Logits.Top),
            ["bottom_logits"] = Texts(view, report.Logits.Bottom),
            ["act_min"] = report.Histogram.Edges.Count > 0 ? report.Histogram.Edges[0] : 0,
            ["act_max"] = report.Max,
            ["quantile_values"] = new JsonArray([.. report.IntervalExamples.Select(static interval => (JsonNode)interval.High)]),
            ["histogram"] = new JsonArray([.. report.Histogram.Counts.Select(static count => (JsonNode)count)]),
            ["activation_frequency"] = report.Density,
        };
    }

    private static JsonArray Texts(FeatureView view, IReadOnlyList<TokenWeight> weights) => new([.. weights.Select(weight => (JsonNode)ExportedTokens.Of(view.Text, weight.Token))]);

    private static JsonObject Group(FeatureView view, string name, IReadOnlyList<Example> examples) => new()
    {
        ["quantile_name"] = name,
        ["examples"] = new JsonArray([.. examples.Select(example => (JsonNode)new JsonObject
        {
            ["tokens_acts_list"] = new JsonArray([.. example.Activations.Select(static value => (JsonNode)value)]),
            ["train_token_ind"] = example.Centre,
            ["is_repeated_datapoint"] = example.Repeated,
            ["tokens"] = new JsonArray([.. ExportedTokens.Of(view.Text, example).Select(static token => (JsonNode)token)]),
        })]),
    };
}
