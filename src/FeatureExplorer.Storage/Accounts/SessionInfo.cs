namespace FeatureExplorer.Storage.Accounts;

/// <summary>A session that has not been ended.</summary>
/// <param name="Id">Random; the session's cookie holds it.</param>
/// <param name="AccountId">Whose it is.</param>
/// <param name="Begun">UTC.</param>
public sealed record SessionInfo(string Id, string AccountId, DateTime Begun);
