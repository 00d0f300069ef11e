using System.Text.Json.Serialization;
using FeatureExplorer.Analysis.Ablations;
using FeatureExplorer.Analysis.Automata;
using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Analysis.Statistics;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Runs;

namespace FeatureExplorer.Storage.Database;

/// <summary>JSON in the database; generated, so that reading a report costs no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true, UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(FeatureReport))]
[JsonSerializable(typeof(ModelInfo))]
[JsonSerializable(typeof(DictionaryInfo))]
[JsonSerializable(typeof(Universality))]
[JsonSerializable(typeof(AblationReport))]
[JsonSerializable(typeof(AutomataReport))]
[JsonSerializable(typeof(FeatureTransitions))]
[JsonSerializable(typeof(LogitUpdateFigures))]
[JsonSerializable(typeof(DirectionUse))]
[JsonSerializable(typeof(RunCurve))]
[JsonSerializable(typeof(CorpusInfo))]
internal sealed partial class StorageJson : JsonSerializerContext;
