using FeatureExplorer.Analysis;
using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Storage.Folder;
using FeatureExplorer.Training.Progress;

namespace FeatureExplorer.Training.Stages;

/// <summary>From tokens to the contexts of a corpus; takes over those that are there for the same tokens.</summary>
/// <param name="folder">The data folder.</param>
/// <param name="warn">Receives problems that do not stop it.</param>
public sealed class ContextStage(DataFolder folder, Action<string> warn)
{
    /// <summary>The contexts over the first held-out tokens.</summary>
    /// <param name="corpus">The tokens.</param>
    /// <param name="corpusId">Name of its folder.</param>
    /// <param name="tokens">Held-out tokens at most.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    public ContextSet Run(TokenizedCorpus corpus, string corpusId, long tokens, StageProgress progress, CancellationToken cancellation)
    {
        progress.Begin("Finding contexts");
        var directory = folder.Contexts(corpusId);
        var counted = Math.Min(tokens, corpus.HeldOut.Count);
        var contexts = Existing(corpusId, corpus, counted) ?? ContextSet.Build(corpus, counted, directory, progress.Fractions(), cancellation);
        progress.End(Wording.Counted(contexts.Contexts.Count, "context"));
        return contexts;
    }

    /// <summary>The tokens that the contexts of a corpus cover; null where there are none that fit it.</summary>
    public long? TokensOf(TokenizedCorpus corpus, string corpusId)
    {
        using var contexts = Existing(corpusId, corpus, null);
        return contexts?.Tokens;
    }

    /// <summary>
    /// Tokens to index at most: as many as asked for, or those that the contexts of the corpus cover already, where that makes a difference. It is asked while people
    /// fill in a form: whether the files are whole shows when they are used.
    /// </summary>
    public long Limit(string corpusId, long asked)
    {
        try
        {
            if (!Directory.Exists(folder.Contexts(corpusId)))
            {
                return asked;
            }

            using var contexts = ContextSet.Open(folder.Contexts(corpusId));
            var heldOut = TokenizedCorpus.Describe(folder.Corpus(corpusId)).HeldOut.Tokens;
            return contexts.Tokens != Math.Min(asked, heldOut) ? contexts.Tokens : asked;
        }
        catch (Exception exception) when (exception is InvalidDataException or DamagedFileException or IOException)
        {
            return asked; // whoever needs the files says what is wrong with them
        }
    }

    private ContextSet? Existing(string corpusId, TokenizedCorpus corpus, long? tokens)
    {
        var directory = folder.Contexts(corpusId);
        if (!Directory.Exists(directory))
        {
            return null;
        }

        try
        {
            var contexts = ContextSet.Open(directory);
            if (contexts.Corpus == corpus.Hash && (tokens is null || contexts.Tokens == tokens))
            {
                contexts.Verify();
                return contexts;
            }

            contexts.Dispose();
        }
        catch (Exception exception) when (exception is InvalidDataException or DamagedFileException)
        {
            warn($"{exception.Message} They are found again.");
        }

        return null;
    }
}
