namespace FeatureExplorer.Web.Operations.Pages;

/// <summary>
/// Marks a page that shows a visitor who is not signed in nothing but what <see cref="Storage.Database.ContentVersion"/> counts, so that it may be kept for the next one.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SharedPageAttribute : Attribute;
