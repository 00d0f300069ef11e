using FeatureExplorer.Engine.Dictionaries.Files;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Dictionaries;

/// <summary>What the configuration of a saved dictionary says, without its weights.</summary>
/// <param name="Inputs">n.</param>
/// <param name="Features">m.</param>
/// <param name="Activation">How pre-activations become f.</param>
/// <param name="K">Most active features of a vector; 0 where their number is not fixed.</param>
/// <param name="Site">Where it reads; null where its files do not say.</param>
/// <param name="OutputSite">Where it writes: where it reads, or what a transcoder writes; null where its files do not say.</param>
public sealed record DictionaryShape(int Inputs, int Features, DictionaryActivation Activation, int K, Site? Site, Site? OutputSite)
{
    /// <summary>Whether it reads one site and writes another.</summary>
    public bool IsTranscoder { get; init; }

    /// <summary>What is done to every vector before it is encoded.</summary>
    public RowNormalisation Normalisation { get; init; }

    /// <summary>Reads it.</summary>
    /// <param name="directory">The folder of the dictionary.</param>
    /// <exception cref="InvalidDataException">Its configuration is damaged, or of a kind that is not supported.</exception>
    public static DictionaryShape Of(string directory)
    {
        var config = DictionaryConfig.Read(Path.Combine(directory, DictionaryFiles.ConfigFile));
        return new DictionaryShape(config.Inputs, config.Features, config.Activation, config.K, config.Site, config.OutputSite)
        {
            IsTranscoder = config.Transcoder is not null,
            Normalisation = config.Normalisation,
        };
    }
}
