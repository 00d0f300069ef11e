namespace FeatureExplorer.Engine.Dictionaries.Files;

/// <summary>What SAELens calls an architecture: "jumprelu", "transcoder", "jumprelu_skip_transcoder". It has no transcoders of topk and gated; ours have names of the same form.</summary>
/// <param name="Activation">How pre-activations become f.</param>
/// <param name="IsTranscoder">Whether it writes another site than it reads.</param>
/// <param name="Skips">Whether it has W_skip.</param>
internal sealed record DictionaryArchitecture(DictionaryActivation Activation, bool IsTranscoder = false, bool Skips = false)
{
    private const string Transcoder = "transcoder";
    private const string SkipTranscoder = "skip_transcoder";

    /// <summary>Those of autoencoders, then the two of ReLU transcoders.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<DictionaryActivation>().Select(NameOf), Transcoder, SkipTranscoder];

    /// <summary>Those that SAELens has, too: autoencoders, then transcoders.</summary>
    public static IReadOnlyList<string> SaeLensNames { get; } = [.. All().Where(static architecture => architecture.IsSaeLens).OrderBy(static architecture => architecture.IsTranscoder).Select(static architecture => architecture.Name)];

    /// <summary>Its name.</summary>
    public string Name => !IsTranscoder ? NameOf(Activation)
        : $"{(Activation == DictionaryActivation.Relu ? string.Empty : NameOf(Activation) + "_")}{(Skips ? SkipTranscoder : Transcoder)}";

    /// <summary>Whether SAELens has it.</summary>
    public bool IsSaeLens => !IsTranscoder || Activation is DictionaryActivation.Relu or DictionaryActivation.JumpRelu;

    /// <summary>That of a dictionary.</summary>
    public static DictionaryArchitecture Of(SparseAutoencoder dictionary) => new(dictionary.Activation, dictionary.IsTranscoder, dictionary.WSkip is not null);

    /// <summary>The architecture of a name; null for an unknown one.</summary>
    public static DictionaryArchitecture? Parse(string name) => All().FirstOrDefault(architecture => architecture.Name == name);

    /// <summary>SAELens' name of an autoencoder's architecture.</summary>
    public static string NameOf(DictionaryActivation activation) => activation switch
    {
        DictionaryActivation.JumpRelu => "jumprelu",
        DictionaryActivation.TopK => "topk",
        DictionaryActivation.Gated => "gated",
        DictionaryActivation.MatchingPursuit => "matching_pursuit",
        _ => "standard",
    };

    private static IEnumerable<DictionaryArchitecture> All() =>
        Enum.GetValues<DictionaryActivation>().SelectMany(static activation => activation == DictionaryActivation.MatchingPursuit
            ? new DictionaryArchitecture[] { new(activation) }
            : [new(activation), new(activation, true), new(activation, true, true)]);
}
