using System.Text.Json.Serialization;

namespace FeatureExplorer.Analysis.Imports;

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, MaxDepth = 16)]
[JsonSerializable(typeof(PublishedFeature))]
internal sealed partial class PublishedFeatureJson : JsonSerializerContext;
