using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Analyses;
using FeatureExplorer.Storage.Dictionaries;
using FeatureExplorer.Storage.Exploration;
using FeatureExplorer.Storage.Features;
using FeatureExplorer.Storage.Relations;
using FeatureExplorer.Web.Addresses;

namespace FeatureExplorer.Web.Systems;

/// <summary>Answers questions about features as directions of the logit update, once for page and API.</summary>
public sealed class LogitSides(FeatureStore store, RelationStore relations, LogitUpdateStore updates, Explorations explorations, LiveModels models)
{
    /// <summary>The logit update at a token of a text, taken apart.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="text">The text.</param>
    /// <param name="token">Number of the token, 0 the end-of-text mark before the text; null for the last.</param>
    /// <param name="cancellation">Ends the wait for others' questions.</param>
    /// <exception cref="AddressException">The text has no such token.</exception>
    /// <exception cref="InvalidDataException">The model or the dictionary cannot be loaded, or a later layer reads the dictionary's site; the message says why.</exception>
    public LogitDecomposition Decompose(DictionaryInfo dictionary, string text, int? token, CancellationToken cancellation) =>
        models.Ask(dictionary, runner =>
        {
            var tokens = runner.Tokens(text, LiveModels.LongestText);
            tokens = tokens[..Math.Min(tokens.Length, runner.Window)];
            if (token >= tokens.Length)
            {
                throw new AddressException("token", $"{token}", $"a token of the text as the model reads it, from 0 to {tokens.Length - 1}");
            }

            return runner.Ask((model, features) => LogitDecomposer.Problem(model, features.OutputSite ?? Site.Default(model.Config)) is { } problem
                ? throw new InvalidDataException(problem)
                : LogitDecomposer.At(model, features, tokens, token ?? tokens.Length - 1));
        }, cancellation);

    /// <summary>A feature as a direction of the logit update, or null where the dictionary has no such feature.</summary>
    /// <exception cref="InvalidDataException">The model or the dictionary cannot be loaded; the message says why.</exception>
    public FeatureLogits? Find(DictionaryInfo dictionary, int index, CancellationToken cancellation)
    {
        if (store.FindFeature(dictionary, index) is not { } report)
        {
            return null;
        }

        var shares = Unread(dictionary, cancellation);
        var neighbours = Neighbours(dictionary, index, cancellation);
        var leavesOut = neighbours is not null && dictionary.Metrics.MeanGain is not null && explorations.Ask(dictionary, static evidence => evidence.Index)?.HasGains == false;
        return new FeatureLogits(report.Logits, shares?[index], shares?.Average(), neighbours, leavesOut, updates.Find(dictionary, index));
    }

    /// <summary>What every feature does to the logit of a token, most promoting first.</summary>
    /// <exception cref="InvalidDataException">The model or the dictionary cannot be loaded; the message says why.</exception>
    public IReadOnlyList<(int Feature, float Weight, float Cosine)> Promoting(DictionaryInfo dictionary, int token, CancellationToken cancellation) =>
        models.Ask(dictionary, runner => runner.Ask((model, features) => PromotingFeatures.Of(model, features, token)), cancellation);

    /// <summary>How much of every feature's direction nothing reads, [m]; null where the site has no such directions.</summary>
    /// <exception cref="InvalidDataException">The model or the dictionary cannot be loaded; the message says why.</exception>
    public IReadOnlyList<double>? Unread(DictionaryInfo dictionary, CancellationToken cancellation) => models.Ask(dictionary, static runner => runner.Ask(static (model, features) =>
    {
        var space = new NullSpace(model, features.OutputSite ?? Site.Default(model.Config));
        return space.Applies ? space.Shares(features) : null;
    }), cancellation);

    private List<LogitNeighbour>? Neighbours(DictionaryInfo dictionary, int index, CancellationToken cancellation)
    {
        if (relations.Find(dictionary, index).FirstOrDefault(related => related.Id == dictionary.Id)?.Relations is not { } own)
        {
            return null;
        }

        var near = own.ByActivation.Concat(own.ByDirection).Concat(own.ByLogits).DistinctBy(static match => match.Unit).ToList();
        var attributions = Attributions(dictionary, index, near, cancellation);
        return attributions is null ? null : [.. near.Select((match, i) => new LogitNeighbour(match.Unit, match.Pearson, match.Direction, match.Logits, attributions[i]))
            .OrderByDescending(static neighbour => neighbour.Disagreement).ThenBy(static neighbour => neighbour.Feature)];
    }

    private IReadOnlyList<double>? Attributions(DictionaryInfo dictionary, int index, IReadOnlyList<UnitMatch> near, CancellationToken cancellation) =>
        explorations.Ask(dictionary, evidence =>
        {
            var occurs = evidence.Corpus.UnigramCounts.Select(static count => count > 0).ToArray();
            float[] Weights(int feature) => models.Ask(dictionary, runner => runner.Ask((model, features) =>
            {
                var weights = new float[model.Config.VocabularySize];
                LogitWeights.Of(model, features.DecoderRow(feature), weights, occurs, features.OutputSite);
                return weights;
            }), cancellation);
            return new AttributionSimilarity(evidence.Index, evidence.Corpus.HeldOut).Of(index, [.. near.Select(static match => match.Unit)], Weights);
        });
}
