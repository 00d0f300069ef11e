using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Text.Tokenizer;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Configuration;
using FeatureExplorer.Training.Progress;
using FeatureExplorer.Training.Stages;

namespace FeatureExplorer.Training.Imports;

/// <summary>The texts over which dictionaries of a model are indexed: the model's own, and others in its tokens.</summary>
/// <param name="database">Of the data folder.</param>
/// <param name="warn">Receives problems that do not stop it, such as a skipped document.</param>
internal sealed class ModelTexts(FeatureDatabase database, Action<string> warn)
{
    // As the small preset: a minute or two on two cores.
    private const long UsualTokens = 300_000;

    // Nothing is trained on such a text: what is not indexed only counts how often each token occurs, which contexts are compared with.
    private const double LargestIndexedShare = 0.8;

    // As much as that share, however many tokens are asked for: another number finds the same tokens.
    private const long AllOfIt = 1_000_000_000;

    private readonly DataFolder _folder = database.Folder;

    /// <summary>The text that a model was trained on here, or that was chosen when it was imported.</summary>
    /// <exception cref="InvalidDataException">It is not there any more.</exception>
    public ModelText Own(ModelInfo model) => Directory.Exists(_folder.Corpus(model.CorpusHash))
        ? new ModelText(TokenizedCorpus.Open(_folder.Corpus(model.CorpusHash)), model.CorpusHash, null)
        : throw new InvalidDataException($"The corpus of {model.Name} is not in {_folder.Root}: restore its folder corpora/{model.CorpusHash} from a backup, or run again what made it.");

    /// <summary>Another text in the model's tokens; taken over where it was tokenised before.</summary>
    /// <param name="model">The model.</param>
    /// <param name="corpus">Files and folders, or corpora that were added.</param>
    /// <param name="progress">Told of one stage.</param>
    /// <param name="cancellation">Stops it; nothing is left then.</param>
    /// <exception cref="InvalidDataException">It cannot be read, or is too short.</exception>
    public ModelText Other(ModelInfo model, IReadOnlyList<string> corpus, StageProgress progress, CancellationToken cancellation)
    {
        var (tokenised, id) = StageOf(model).Run(ConfigurationOf(model, corpus), progress, cancellation);
        return Of(corpus, tokenised, id);
    }

    /// <summary>Refuses text that cannot be used, or a number of tokens that contradicts it, as far as that shows before it is tokenised.</summary>
    /// <param name="model">The model.</param>
    /// <param name="corpus">Files and folders, or corpora that were added; empty for the model's own text.</param>
    /// <param name="asked">Tokens to index, or null.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">Others are asked for than are covered.</exception>
    /// <exception cref="InvalidDataException">The text is not there, cannot be read, or is too short.</exception>
    /// <exception cref="IOException">There is no such path.</exception>
    public void Demand(ModelInfo model, IReadOnlyList<string> corpus, long? asked, CancellationToken cancellation)
    {
        using var text = corpus.Count == 0 ? Own(model) : Tokenised(model, corpus, cancellation);
        if (text is not null)
        {
            Tokens(text, asked);
        }
    }

    /// <summary>Another text, where it was tokenised before; otherwise null, once it is known that it can be.</summary>
    private ModelText? Tokenised(ModelInfo model, IReadOnlyList<string> corpus, CancellationToken cancellation)
    {
        var (stage, configuration) = (StageOf(model), ConfigurationOf(model, corpus));
        stage.Demand(configuration, cancellation);
        var id = stage.IdsOf(configuration, [], cancellation).First();
        return TokenizedCorpus.IsAt(_folder.Corpus(id)) ? Of(corpus, TokenizedCorpus.Open(_folder.Corpus(id)), id) : null;
    }

    private static ModelText Of(IReadOnlyList<string> corpus, TokenizedCorpus tokenised, string id) =>
        new(tokenised, id, new OtherText(string.Join(", ", corpus.Select(NameOf)), CorpusStage.Summary(tokenised)));

    private CorpusStage StageOf(ModelInfo model) => new(_folder, new CorpusStore(database), warn)
    {
        Tokenizer = TokenizerFiles.Load(_folder.Tokenizer(model.Folder ?? model.Name)),
        LargestHeldOutShare = LargestIndexedShare,
    };

    private static RunConfiguration ConfigurationOf(ModelInfo model, IReadOnlyList<string> corpus) => RunPreset.Demo with
    {
        Preset = RunConfiguration.Custom,
        Corpus = corpus,
        HeldOutTokens = AllOfIt,
        Transformer = RunPreset.Demo.Transformer with { Context = model.Context },
    };

    /// <summary>The tokens that the text's contexts cover already, which other dictionaries' pages need as they are; otherwise those asked for, or the usual number.</summary>
    /// <exception cref="ArgumentException">Others are asked for than are covered.</exception>
    public long Tokens(ModelText text, long? asked)
    {
        var covered = new ContextStage(_folder, warn).TokensOf(text.Corpus, text.Id);
        return asked is { } wanted && covered is { } tokens && Math.Min(wanted, text.Corpus.HeldOut.Count) != tokens
            ? throw new ArgumentException(FormattableString.Invariant($"--tokens is {wanted}, and the other dictionaries of this corpus are indexed over {tokens} tokens, with which they are compared: leave --tokens out."))
            : covered ?? Math.Min(asked ?? UsualTokens, text.Corpus.HeldOut.Count);
    }

    // Pages are read by many: the folders above are nobody's business.
    private static string NameOf(string entry) => CorpusFolder.Added(entry) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(entry)));
}
