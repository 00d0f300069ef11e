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

    /// <summary>Its name.</summary>
    public string Name => !IsTranscoder ? NameOf(Activation)
        : $"{(Activation == DictionaryActivation.Relu ? string.Empty : NameOf(Activation) + "_")}{(Skips ? SkipTranscoder : Transcoder)}";

    /// <summary>Whether SAELens has it.</summary>
    public bool IsSaeLens => !IsTranscoder || Activation is DictionaryActivation.Relu or DictionaryActivation.JumpRelu;

    /// <summary>That of a dictionary.</summary>
    public static DictionaryArchitecture Of(SparseAutoencoder dictionary) => new(dictionary.Activation, dictionary.IsTranscoder, dictionary.WSkip is not null);

    /// <summary>The architecture of a name; null for an unknown one.</summary>
    public static DictionaryArchitecture? Parse(string name)
    {
        foreach (var activation in Enum.GetValues<DictionaryActivation>())
        {
            DictionaryArchitecture[] kinds = activation == DictionaryActivation.MatchingPursuit ? [new(activation)] : [new(activation), new(activation, true), new(activation, true, true)];
            foreach (var architecture in kinds)
            {
                if (architecture.Name == name)
                {
                    return architecture;
                }
            }
        }

        return null;
    }

    /// <summary>SAELens' name of an autoencoder's architecture.</summary>
    public static string NameOf(DictionaryActivation activation) => activation switch
    {
        DictionaryActivation.JumpRelu => "jumprelu",
        DictionaryActivation.TopK => "topk",
        DictionaryActivation.Gated => "gated",
        DictionaryActivation.MatchingPursuit => "matching_pursuit",
        _ => "standard",
    };
}
