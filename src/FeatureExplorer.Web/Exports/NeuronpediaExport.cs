using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Engine.Exports;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Labels;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Exports;

/// <summary>
/// Writes a dictionary for Neuronpedia: its bulk layout (release, model, sourceset and source, one row each; features, activations and explanations, 1,024 features a file), and bodies for its address
/// of uploads (<c>uploads/batch-N.json</c>, at most 128 features that fire).
/// </summary>
public sealed class NeuronpediaExport(FeatureReader reader, LabelStore labels, TimeProvider time)
{
    private const int FeaturesOfAFile = 1024;
    private const int FeaturesOfAnUpload = 128;
    private const int LogitsOfAnUpload = 20;
    private const int ActivationsOfAnUpload = 128;
    private const int TokensOfAnActivation = 1024;

    private static readonly JsonSerializerOptions Lines = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the files.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="origin">What is known of it beside its features.</param>
    /// <param name="features">Those to write, in their order.</param>
    /// <param name="sink">Receives them.</param>
    /// <param name="cancellation">Ends it between features.</param>
    public void Write(DictionaryInfo dictionary, NeuronpediaOrigin origin, IReadOnlyList<int> features, IFileSink sink, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dictionary);
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(sink);
        var rows = new NeuronpediaRows(origin.Names, time.GetUtcNow().UtcDateTime);
        foreach (var (name, row) in new[]
        {
            ("release", rows.Release(dictionary)), ("model", rows.Model(origin.Model, origin.Layers)), ("sourceset", rows.SourceSet(dictionary)), ("source", rows.Source(dictionary, origin.Dataset)),
        })
        {
            sink.AddText($"{name}.jsonl", row.ToJsonString(Lines) + "\n");
        }

        var given = labels.All(dictionary);
        var uploads = new Uploads(origin.Names, sink);
        foreach (var (number, chunk) in features.Chunk(FeaturesOfAFile).Index())
        {
            WriteChunk(number, [.. chunk.Select(feature => reader.Find(dictionary, feature)).OfType<FeatureView>()], given, origin, rows, uploads, sink, cancellation);
        }

        uploads.Flush();
    }

    private static void WriteChunk(
        int number, IReadOnlyList<FeatureView> views, IReadOnlyDictionary<int, FeatureLabel> labels, NeuronpediaOrigin origin, NeuronpediaRows rows, Uploads uploads, IFileSink sink, CancellationToken cancellation)
    {
        using var files = new Batch();
        foreach (var view in views)
        {
            cancellation.ThrowIfCancellationRequested();
            files.Features.Add(rows.Feature(view, origin.VectorOf(view.Report.Index), origin.Hook));
            foreach (var activation in rows.Activations(view))
            {
                files.Activations.Add(activation);
            }

            if (labels.TryGetValue(view.Report.Index, out var label))
            {
                files.Explanations.Add(rows.Explanation(label));
            }

            uploads.Add(view, label);
        }

        files.AddTo(sink, number);
    }

    /// <summary>The three files of a number of features, compressed as they come.</summary>
    private sealed class Batch : IDisposable
    {
        public CompressedLines Features { get; } = new();

        public CompressedLines Activations { get; } = new();

        public CompressedLines Explanations { get; } = new();

        public void AddTo(IFileSink sink, int number)
        {
            foreach (var (folder, lines) in new[] { ("features", Features), ("activations", Activations), ("explanations", Explanations) })
            {
                if (lines.Count > 0)
                {
                    sink.Add(FormattableString.Invariant($"{folder}/batch-{number}.jsonl.gz"), lines.CopyTo);
                }
            }
        }

        public void Dispose()
        {
            Features.Dispose();
            Activations.Dispose();
            Explanations.Dispose();
        }
    }

    private sealed class CompressedLines : IDisposable
    {
        private readonly MemoryStream _bytes = new();
        private readonly GZipStream _gzip;

        public CompressedLines() => _gzip = new GZipStream(_bytes, CompressionLevel.Optimal, leaveOpen: true);

        public int Count { get; private set; }

        public void Add(JsonObject row)
        {
            _gzip.Write(JsonSerializer.SerializeToUtf8Bytes(row, Lines));
            _gzip.Write("\n"u8);
            Count++;
        }

        public void CopyTo(Stream stream)
        {
            _gzip.Dispose();
            _bytes.WriteTo(stream);
        }

        public void Dispose()
        {
            _gzip.Dispose();
            _bytes.Dispose();
        }
    }

    /// <summary>Bodies for the address of uploads. One takes features that fire alone: at least one activation is asked for.</summary>
    private sealed class Uploads(NeuronpediaNames names, IFileSink sink)
    {
        private JsonArray _features = [];
        private int _number;

        public void Add(FeatureView view, FeatureLabel? label)
        {
            if (view.Report.Top.Count == 0)
            {
                return;
            }

            _features.Add(Feature(view, label));
            if (_features.Count == FeaturesOfAnUpload)
            {
                Flush();
            }
        }

        public void Flush()
        {
            if (_features.Count > 0)
            {
                sink.AddText(FormattableString.Invariant($"uploads/batch-{_number++}.json"), new JsonObject { ["modelId"] = names.Model, ["source"] = names.Source, ["features"] = _features }.ToJsonString(Lines));
                _features = [];
            }
        }

        private static JsonObject Feature(FeatureView view, FeatureLabel? label) => new()
        {
            ["index"] = view.Report.Index,
            ["density"] = view.Report.Density,
            ["topLogits"] = Logits(view, view.Report.Logits.Top),
            ["bottomLogits"] = Logits(view, view.Report.Logits.Bottom),
            ["explanations"] = label is null ? new JsonArray() : new JsonArray(new JsonObject { ["text"] = label.Text }),
            ["activations"] = new JsonArray([.. NeuronpediaRows.Binned(view.Report).Take(ActivationsOfAnUpload).Select(binned => (JsonNode)Activation(view, binned))]),
        };

        private static JsonObject Activation(FeatureView view, (Example Example, float Low, float High, double Share) binned)
        {
            var json = new JsonObject
            {
                ["tokens"] = new JsonArray([.. ExportedTokens.Of(view.Text, binned.Example).Take(TokensOfAnActivation).Select(static token => (JsonNode)token)]),
                ["values"] = new JsonArray([.. binned.Example.Activations.Take(TokensOfAnActivation).Select(static value => (JsonNode)value)]),
            };
            if (binned.Share >= 0)
            {
                (json["quantileMin"], json["quantileMax"], json["quantileFraction"]) = (binned.Low, binned.High, binned.Share);
            }

            return json;
        }

        private static JsonArray Logits(FeatureView view, IReadOnlyList<TokenWeight> weights) =>
            new([.. weights.Take(LogitsOfAnUpload).Select(weight => (JsonNode)new JsonObject { ["token"] = ExportedTokens.Of(view.Text, weight.Token), ["value"] = weight.Weight })]);
    }
}
