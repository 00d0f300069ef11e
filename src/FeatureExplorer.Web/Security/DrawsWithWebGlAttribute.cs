namespace FeatureExplorer.Web.Security;

/// <summary>Marks a page whose chart draws with WebGL (<see cref="SecurityHeaders.WebGlPolicy"/>).</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DrawsWithWebGlAttribute : Attribute;
