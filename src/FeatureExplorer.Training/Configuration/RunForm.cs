using System.Globalization;
using System.Text.Json;
using FeatureExplorer.Storage.Runs;
using FeatureExplorer.Training.Devices;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Configuration;

/// <summary>The form for a run while it is filled in: its values as people typed them, and which of them a person chose.</summary>
public sealed class RunForm
{
    /// <summary>Longest text of a field; what is longer is cut.</summary>
    public const int LongestValue = 1000;

    /// <summary>Most rows of dictionaries; each may stand for several.</summary>
    public const int MostRows = 64;

    internal const string SameAsRun = "run:";
    internal const string Yes = "yes";

    private const int LongestDraft = 200_000;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _chosen = new(StringComparer.Ordinal);
    private bool _rowsChosen;

    private RunForm()
    {
    }

    /// <summary>Rows of dictionaries.</summary>
    public int Rows { get; private set; }

    /// <summary>Number of the run that it is a clone of, or null.</summary>
    public long? From { get; private init; }

    /// <summary>Names of the fields of a row of dictionaries.</summary>
    public static IReadOnlyList<string> RowFields { get; } = ["variant", "site", .. RunSetting.OfDictionary.Select(static s => s.Field)];

    /// <summary>The form as a configuration fills it in.</summary>
    /// <param name="configuration">What to begin with.</param>
    /// <param name="from">The run that it comes from, or null.</param>
    public static RunForm Of(RunConfiguration configuration, long? from)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var form = new RunForm { Rows = configuration.Dictionaries.Count, From = from };
        var model = configuration.Transformer;
        form._values["preset"] = configuration.Preset;
        form._values["corpus"] = configuration.Corpus.Count == 0 ? string.Empty
            : configuration.Corpus.Count == 1 && CorpusFolder.Added(configuration.Corpus[0]) is not null ? configuration.Corpus[0] : $"{SameAsRun}{from}";
        form.Set(
            ("keep", configuration.Keep), ("model", configuration.Model), ("seed", configuration.Seed), ("heldOutTokens", configuration.HeldOutTokens),
            ("indexTokens", configuration.IndexTokens), ("evaluationTokens", configuration.EvaluationTokens), ("formingShare", configuration.FormingShare), ("steer", configuration.Steer),
            ("device", configuration.Device), ("precision", configuration.Precision), ("control", configuration.Control), ("transformer.architecture", model.Architecture),
            ("transformer.tokens", model.Tokens), ("transformer.vocabulary", model.Vocabulary), ("transformer.layers", model.Layers),
            ("transformer.dModel", model.DModel), ("transformer.dMlp", model.DMlp), ("transformer.heads", model.Heads), ("transformer.context", model.Context),
            ("transformer.batchWindows", model.BatchWindows), ("transformer.learningRate", model.LearningRate), ("transformer.largestPasses", model.LargestPasses));
        foreach (var (dictionary, i) in configuration.Dictionaries.Select((d, i) => (d, i)))
        {
            string At(string name) => Field(i, name);
            var usual = DictionarySettings.For(dictionary.Name, dictionary.Features, dictionary.Variant, dictionary.From);
            form.Set(
                (At("name"), dictionary.Name), (At("variant"), dictionary.Variant), (At("site"), dictionary.Site), (At("layer"), dictionary.Layer), (At("from"), dictionary.From),
                (At("features"), dictionary.Features), (At("seeds"), dictionary.Seed),
                (At("lambda"), Unusual(dictionary.Lambda, usual.Lambda)), (At("k"), Unusual(dictionary.K, usual.K)),
                (At("samples"), Unusual(dictionary.Samples, usual.Samples)), (At("batch"), Unusual(dictionary.Batch, usual.Batch)),
                (At("learningRate"), Unusual(dictionary.LearningRate, usual.LearningRate)),
                (At("lambdaWarmup"), Unusual(dictionary.LambdaWarmup, usual.LambdaWarmup)));
        }

        return form;
    }

    /// <summary>Name of a field of a row of dictionaries.</summary>
    public static string Field(int row, string name) => string.Create(CultureInfo.InvariantCulture, $"dictionaries[{row}].{name}");

    /// <summary>What a field is called, with its row where there are several.</summary>
    public string Label(string field)
    {
        ArgumentNullException.ThrowIfNull(field);
        var label = RunSetting.Find(field)?.Label ?? "Dictionaries";
        return field.StartsWith("dictionaries[", StringComparison.Ordinal) && Rows > 1
            ? $"Dictionary {int.Parse(field["dictionaries[".Length..field.IndexOf(']', StringComparison.Ordinal)], CultureInfo.InvariantCulture) + 1}, {label}" : label;
    }

    /// <summary>What stands in a field.</summary>
    public string Value(string field) => _values.GetValueOrDefault(field, string.Empty);

    /// <summary>Whether a person chose what stands there.</summary>
    public bool IsChosen(string field) => _chosen.Contains(field);

    /// <summary>Whether a person has changed anything.</summary>
    public bool IsChanged => _chosen.Count > 0 || _rowsChosen;

    /// <summary>A person's choice, which no preset takes back. A name that the form does not have is passed over.</summary>
    public void Choose(string field, string? value)
    {
        if (Fields().Contains(field))
        {
            _values[field] = Bounded(value);
            _chosen.Add(field);
        }
    }

    /// <summary>The program's own proposal; nothing where a person has chosen.</summary>
    public void Propose(string field, string value)
    {
        if (!IsChosen(field))
        {
            _values[field] = value;
        }
    }

    /// <summary>Fills in a preset wherever nobody has chosen.</summary>
    /// <returns>The fields whose value differs from the preset's: those that changed, and those that a person's choice kept.</returns>
    public IReadOnlyList<PresetChange> Apply(RunConfiguration preset)
    {
        var fresh = Of(preset, null);
        if (!_rowsChosen)
        {
            var needed = Enumerable.Range(0, Rows).Where(row => RowFields.Any(name => IsChosen(Field(row, name)))).Select(static row => row + 1).DefaultIfEmpty().Max();
            Rows = Math.Max(fresh.Rows, needed);
        }

        var changes = new List<PresetChange>();
        // The name of the model and the device are not the preset's matter: they depend on what there is already, and on the machine.
        foreach (var field in Fields().Where(field => field is not ("preset" or "model" or "replace" or "device" or "precision") && fresh.Fields().Contains(field)))
        {
            var (before, after) = (Value(field), fresh.Value(field));
            if (before != after)
            {
                changes.Add(new PresetChange(field, Label(field), before, after, IsChosen(field)));
                Propose(field, after);
            }
        }

        _values["preset"] = preset.Preset;
        return changes;
    }

    /// <summary>One more row of dictionaries, filled in like the last one.</summary>
    public void AddRow()
    {
        if (Rows >= MostRows)
        {
            return;
        }

        foreach (var name in RowFields)
        {
            _values[Field(Rows, name)] = name == "name" ? string.Empty : Value(Field(Rows - 1, name));
        }

        Rows++;
        _rowsChosen = true;
    }

    /// <summary>Removes a row of dictionaries; the last one stays.</summary>
    public void RemoveRow(int row)
    {
        if (Rows <= 1 || row < 0 || row >= Rows)
        {
            return;
        }

        for (var i = row; i < Rows; i++)
        {
            foreach (var name in RowFields)
            {
                _values[Field(i, name)] = i + 1 < Rows ? Value(Field(i + 1, name)) : string.Empty;
                _ = i + 1 < Rows && IsChosen(Field(i + 1, name)) ? _chosen.Add(Field(i, name)) : _chosen.Remove(Field(i, name));
            }
        }

        Rows--;
        _rowsChosen = true;
    }

    /// <summary>The configuration that the values make, and everything that is wrong with them.</summary>
    /// <param name="runs">Where a run is looked up whose corpus is wanted again.</param>
    public RunReading Read(RunStore runs) => new RunFormReader(this, runs).Read();

    /// <summary>The form as text, for <see cref="Load"/>.</summary>
    public string Save() => JsonSerializer.Serialize(new Draft(
        Rows, From, _rowsChosen, Fields().Where(field => Value(field).Length > 0).ToDictionary(static field => field, Value), [.. Fields().Where(IsChosen)]));

    /// <summary>The form that was saved, or null where the text is no form of this version. The text may come from anywhere.</summary>
    public static RunForm? Load(string? text)
    {
        try
        {
            if (text is null || text.Length > LongestDraft || JsonSerializer.Deserialize<Draft>(text) is not { Rows: >= 1 and <= MostRows, Values: { } values, Chosen: { } chosen } draft)
            {
                return null;
            }

            var form = new RunForm { Rows = draft.Rows, From = draft.From, _rowsChosen = draft.RowsChosen };
            foreach (var field in form.Fields())
            {
                // A draft of an earlier version names no device.
                form._values[field] = Bounded(values.GetValueOrDefault(field)) is { Length: > 0 } value ? value : Usual(field);
            }

            form._chosen.UnionWith(form.Fields().Intersect(chosen, StringComparer.Ordinal));
            return form;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>All fields, in the order of the form.</summary>
    internal IEnumerable<string> Fields() =>
        ["preset", "corpus", .. RunSetting.OfText.Concat(RunSetting.OfModel).Select(static s => s.Field), "replace",
            .. Enumerable.Range(0, Rows).SelectMany(static row => RowFields.Select(name => Field(row, name))), .. RunSetting.OfIndex.Concat(RunSetting.OfDevice).Select(static s => s.Field)];

    private static string Usual(string field) => field switch { "device" => DevicePlacement.Auto, "precision" => DevicePlacement.Float32, _ => string.Empty };

    private static string Bounded(string? value)
    {
        var text = string.Concat((value ?? string.Empty).Select(static c => char.IsControl(c) ? ' ' : c)).Trim();
        return text.Length > LongestValue ? text[..LongestValue] : text;
    }

    // What suits the size and the recipe stays empty, so that it follows when those are changed.
    private static object? Unusual<T>(T value, T usual) => Equals(value, usual) ? null : value;

    private void Set(params (string Field, object? Value)[] values)
    {
        foreach (var (field, value) in values)
        {
            _values[field] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
        }
    }

    private sealed record Draft(int Rows, long? From, bool RowsChosen, Dictionary<string, string> Values, List<string> Chosen);
}
