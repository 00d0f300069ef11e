namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>All models and all dictionaries with their quality.</summary>
public sealed record DictionaryListJson(IEnumerable<ModelJson> Models, IEnumerable<DictionaryJson> Dictionaries);
