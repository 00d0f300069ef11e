using FeatureExplorer.Analysis.LogitSide;
using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Systems;

/// <summary>Whether a dictionary is more readable by neuron than by feature, as far as it is measured.</summary>
public static class SliceSentence
{
    /// <summary>A slice counts as more concentrated where half of it takes so many times fewer entries, as a share.</summary>
    private const double Clearly = 1.25;

    public static string Of(NeuronSlices slices)
    {
        ArgumentNullException.ThrowIfNull(slices);
        var (row, direction) = (slices.MedianNeuron, slices.MedianFeature);
        var concentrated = row.HalfShare * Clearly < direction.HalfShare ? "more concentrated than" : row.HalfShare > Clearly * direction.HalfShare ? "less concentrated than" : "about as concentrated as";
        var alike = slices.SameContext > Clearly * slices.SameContextByChance ? "more alike than" : "no more alike than";
        return $"A neuron's row is {concentrated} a feature's direction: half of it takes {Show.WholePercent(row.HalfShare)} of the features, half of a direction {Show.WholePercent(direction.HalfShare)} of the neurons. "
            + $"The ten strongest features of a neuron are {alike} ten at random: {Show.WholePercent(slices.SameContext)} of them share the commonest best context, {Show.WholePercent(slices.SameContextByChance)} by chance.";
    }
}
