using FeatureExplorer.Web.Features;

namespace FeatureExplorer.Web.Exports;

/// <summary>A download would have more bytes than the server makes for a visitor; the message is for him.</summary>
public sealed class ExportTooLargeException(long most)
    : Exception($"This would have more than {Show.Bytes(most)}, which is the most that the server makes for a download. Choose fewer features, or ask whoever runs the server for the command \"export\", which has no such bound.");
