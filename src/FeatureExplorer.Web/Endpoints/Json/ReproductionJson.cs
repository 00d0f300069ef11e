using FeatureExplorer.Analysis.Reproduction;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Web.Endpoints.Json;

/// <summary>The paper's claims against one dictionary.</summary>
public sealed record ReproductionJson(string Dictionary, Provenance Provenance, DictionarySource? Source, IReadOnlyList<ReproductionRow> Rows);
