using FeatureExplorer.Analysis.Contexts;
using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Analysis.Relations;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Text.Corpora;
using FeatureExplorer.Engine.Transformer;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Storage.Dictionaries;

/// <summary>Opens what a comparison of two units of published dictionaries rests on: their indices and weights.</summary>
public sealed class UnitComparer(DataFolder folder, ExplorerData data)
{
    /// <summary>Most tokens of a scatter plot.</summary>
    public const int Points = 2000;

    /// <summary>Compares two units.</summary>
    /// <param name="left">Dictionary of the left unit.</param>
    /// <param name="leftUnit">Its index.</param>
    /// <param name="right">Dictionary of the right unit.</param>
    /// <param name="rightUnit">Its index.</param>
    /// <param name="context">The context that colours the plots; one of the left dictionary's.</param>
    /// <param name="seed">Decides which tokens are drawn.</param>
    /// <param name="cancellation">Stops the comparison.</param>
    public UnitPair Compare(
        DictionaryInfo left, int leftUnit, DictionaryInfo right, int rightUnit, ContextInfo context, ulong seed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(context);
        var problems = new List<string>();
        var activations = Try(problems, () => Activations(left, leftUnit, right, rightUnit, context, seed, cancellation));
        var weights = Try(problems, () => Weights(left, leftUnit, right, rightUnit, context, cancellation));
        if (activations is null && problems.Count == 0)
        {
            problems.Add("The activations of both on the same tokens are not at hand.");
        }

        return new UnitPair(activations, weights?.Comparison, weights?.Direction, problems.Count > 0 ? string.Join(" ", problems) : null);
    }

    private static T? Try<T>(List<string> problems, Func<T?> compare)
        where T : class
    {
        try
        {
            return compare();
        }
        catch (Exception e) when (e is not DamagedFileException and (IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException))
        {
            problems.Add(e.Message);
            return null;
        }
    }

    private UnitComparison? Activations(
        DictionaryInfo left, int leftUnit, DictionaryInfo right, int rightUnit, ContextInfo context, ulong seed, CancellationToken cancellation)
    {
        var other = data.Open(right);
        return data.Open(left).Ask((index, contexts) =>
        {
            UnitComparison? With(ActivationIndex others) => contexts.IndexOf(context.Name) is >= 0 and var number
                ? UnitComparison.Of(index, leftUnit, others, rightUnit, contexts, number, Points, seed, cancellation)
                : null;
            return left.Stamp == right.Stamp ? With(index) : other.Ask((others, _) => With(others));
        });
    }

    private Directions Weights(
        DictionaryInfo left, int leftUnit, DictionaryInfo right, int rightUnit, ContextInfo context, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var corpus = TokenizedCorpus.Open(folder.Corpus(left.Provenance.CorpusHash));
        bool[] occurs = [.. corpus.UnigramCounts.Select(static count => count > 0)];
        var mine = Read(left, leftUnit, occurs);
        cancellation.ThrowIfCancellationRequested();
        var theirs = Read(right, rightUnit, occurs);
        if (mine.Logits.Length != theirs.Logits.Length)
        {
            throw new InvalidDataException("The two models do not share a vocabulary: their logit weights cannot be compared.");
        }

        var inside = data.Open(left).Ask((_, contexts) => contexts.IndexOf(context.Name) is >= 0 and var number
            ? WeightComparison.InsideShares(corpus.HeldOut, contexts, number, occurs.Length)
            : null) ?? new double?[occurs.Length];
        return new Directions(WeightComparison.Of(mine.Logits, theirs.Logits, occurs, inside), left.Model == right.Model ? mine.Cosine(theirs) : null);
    }

    private UnitWeights Read(DictionaryInfo dictionary, int index, bool[] occurs)
    {
        FileOrigins.DemandWhereIndexed(folder, dictionary);
        using var model = TransformerModel.Load(folder.Model(dictionary));
        using var weights = dictionary.AreNeurons ? NeuronEncoder.Identity(model.Config.DMlp) : SparseAutoencoder.Load(folder.Dictionary(dictionary));
        return UnitWeights.Of(model, weights, index, occurs);
    }

    private sealed record Directions(WeightComparison Comparison, double? Direction);
}
