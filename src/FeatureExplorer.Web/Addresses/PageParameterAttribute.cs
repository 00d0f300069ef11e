namespace FeatureExplorer.Web.Addresses;

/// <summary>The number of a page of a list, from 1; a number past the end shows the last page.</summary>
public sealed class PageParameterAttribute() : WholeNumberParameterAttribute("page", 1, 1_000_000);
