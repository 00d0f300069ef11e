using FeatureExplorer.Engine.Transformer;

namespace FeatureExplorer.Engine.Backends.Edits;

/// <summary>Any change, by code on the host: the activations go there and back.</summary>
/// <param name="Apply">Called once with a copy of the activations.</param>
public sealed record HostEdit(ActivationEdit Apply) : SiteEdit;
