using System.Text.Json.Nodes;

namespace FeatureExplorer.Engine.Dictionaries.Files;

/// <content>When a matching pursuit ends.</content>
internal sealed partial record DictionaryConfig
{
    /// <summary>When it ends; null for every other kind of dictionary.</summary>
    public PursuitShape? Pursuit { get; private init; }

    private PursuitShape ReadPursuit() => new(
        _json[PursuitSettings.ResidualThreshold] switch
        {
            null => PursuitSettings.UsualThreshold,
            JsonValue value when value.TryGetValue(out float threshold) && threshold >= 0 && float.IsFinite(threshold) => threshold,
            var other => throw new InvalidDataException($"{_path}: {PursuitSettings.ResidualThreshold} is {Short(other)} where a number from 0 on is needed."),
        },
        _json[PursuitSettings.MaxIterations] is null ? Size("d_in") : Size(PursuitSettings.MaxIterations),
        Flag(PursuitSettings.StopsOnRepeat, missing: true));
}
