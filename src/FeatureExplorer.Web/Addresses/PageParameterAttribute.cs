namespace FeatureExplorer.Web.Addresses;

/// <summary>The number of a page of a list, from 1. Of a number past the end, a page says so and shows the last one; the API refuses it.</summary>
public sealed class PageParameterAttribute() : WholeNumberParameterAttribute("page", 1, 1_000_000);
