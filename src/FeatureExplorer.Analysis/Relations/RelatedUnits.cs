using FeatureExplorer.Analysis.Index;
using FeatureExplorer.Engine.Dictionaries;
using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Analysis.Relations;

/// <summary>One side of a comparison: units with all their activations, their directions and the model that these act in.</summary>
/// <param name="Index">The activations of every unit.</param>
/// <param name="Dictionary">The decoder vectors; the identity for neurons.</param>
/// <param name="Model">The model. None of the three is owned.</param>
/// <param name="Occurs">[V] which tokens occur in the training text: logit weights are compared on these.</param>
/// <param name="AreNeurons">Whether the units are the model's neurons.</param>
public sealed record RelatedUnits(ActivationIndex Index, SparseAutoencoder Dictionary, TransformerModel Model, bool[] Occurs, bool AreNeurons)
{
    /// <summary>Mean σ by which a reconstruction multiplies activations (<see cref="RowNormalisation"/>); 1 where vectors are not normalised.</summary>
    public double Gain { get; init; } = 1;

    /// <summary>Number of units.</summary>
    public int Count => Index.Features;

    /// <summary>Where in the model the directions lie.</summary>
    public Site Site => Dictionary.OutputSite ?? Site.Default(Model.Config);
}
