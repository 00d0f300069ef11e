using System.Security.Cryptography;
using System.Text;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Storage.Accounts;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Security;

/// <summary>
/// The token that makes the first administrator: only who can read the server's output knows it. The data folder holds its hash; every start
/// without an administrator makes a new one, and it is gone once it has been used.
/// </summary>
public sealed class SetupToken(DataFolder folder, AccountStore accounts)
{
    // Letters and digits that nobody confuses; 20 of them are 99 bits.
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int Length = 20;
    private const int Group = 5;

    private string File => Path.Combine(folder.Root, "setup-token");

    /// <summary>A new token, or null when there is an administrator already.</summary>
    public string? Issue()
    {
        if (accounts.HasAdministrator())
        {
            Remove();
            return null;
        }

        var token = string.Join('-', RandomNumberGenerator.GetString(Letters, Length).Chunk(Group).Select(letters => new string(letters)));
        AtomicFile.Write(File, stream => stream.Write(Encoding.ASCII.GetBytes(Hash(token))), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return token;
    }

    /// <summary>True for the token that was issued last.</summary>
    public bool Matches(string? token)
    {
        try
        {
            return token is { Length: > 0 and < 100 } && CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(Hash(token)), System.IO.File.ReadAllBytes(File));
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Makes the token useless.</summary>
    public void Remove() => System.IO.File.Delete(File);

    // The token is random and long: a fast hash is as good as a slow one. Case and separators do not matter to who types it.
    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Plain(token))));

    private static string Plain(string token) => new([.. token.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
