using System.Collections.Concurrent;
using System.Text.Json;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Models;

/// <summary>
/// Finds models for their page and for the API. No weights are loaded: a model's files say what it is and never change, so that each is read once. Safe for concurrent use.
/// </summary>
public sealed class ModelReader(FeatureStore store, DataFolder folder, DictionarySites sites)
{
    private const int MostKept = 1000;

    private readonly ConcurrentDictionary<(string Folder, DateTime Created), Files> _known = new();

    /// <summary>The model of a name, or null.</summary>
    public ModelView? Find(string name)
    {
        if (store.FindModel(name) is not { } model)
        {
            return null;
        }

        if (_known.Count > MostKept)
        {
            _known.Clear();
        }

        var files = _known.GetOrAdd((folder.Model(model), model.Created), _ => Read(model));
        List<DictionaryInfo> dictionaries = [.. store.Dictionaries().Where(d => d.Model == name)];
        return new ModelView(model, files.Config, files.Parameters, files.Tokenizer, files.Corpus, dictionaries, store.NeuronsOf(name), sites.Of(dictionaries));
    }

    private Files Read(ModelInfo model)
    {
        var place = folder.Model(model);
        var config = Try(() => TransformerModel.ReadConfig(place));
        var weights = new FileInfo(Path.Combine(place, TransformerModel.WeightsFile));
        // Of a model that was trained here, all of the file but a short header are parameters of four bytes.
        var parameters = model.Origin?.Parameters is > 0 and var told ? told : weights.Exists ? weights.Length / sizeof(float) : (long?)null;
        return new Files(config, parameters, Try(() => TokenizerKind(Path.Combine(place, "tokenizer.json"))), Try(() => TokenizedCorpus.Describe(folder.Corpus(model.CorpusHash))));
    }

    // Damage is told where a file is needed; a fact of it is left out here.
    private static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The member model.type of a tokenizer.json.</summary>
    private static string? TokenizerKind(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        var json = new Utf8JsonReader(File.ReadAllBytes(file));
        while (json.Read())
        {
            if (json is not { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
            {
                continue;
            }

            var isModel = json.ValueTextEquals("model");
            json.Read();
            if (isModel)
            {
                return Member(ref json, "type");
            }

            json.Skip();
        }

        return null;
    }

    private static string? Member(ref Utf8JsonReader json, string name)
    {
        var depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == depth + 1 && json.ValueTextEquals(name))
            {
                json.Read();
                return json.GetString();
            }
        }

        return null;
    }

    private sealed record Files(TransformerConfig? Config, long? Parameters, string? Tokenizer, CorpusSummary? Corpus);
}
