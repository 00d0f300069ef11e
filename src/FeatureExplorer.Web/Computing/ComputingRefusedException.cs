namespace FeatureExplorer.Web.Computing;

/// <summary>A question is not answered: the server computes as much as it can, or the answer took too long. The message is for the visitor.</summary>
public sealed class ComputingRefusedException(string message) : Exception(message);
