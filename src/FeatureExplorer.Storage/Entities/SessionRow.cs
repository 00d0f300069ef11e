using FeatureExplorer.Storage.Accounts;

namespace FeatureExplorer.Storage.Entities;

/// <summary>A session that has not ended; it goes with its account.</summary>
internal sealed class SessionRow
{
    public required string Id { get; set; }

    public required string AccountId { get; set; }

    public Account Account { get; set; } = null!;

    public DateTime Begun { get; set; }
}
