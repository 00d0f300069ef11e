using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Folder;

namespace FeatureExplorer.Web.Security.Administration;

/// <summary>The acts of a page with a connection on accounts. <see cref="AccountService"/> does them and checks who asks.</summary>
public sealed class AccountActs(IServiceScopeFactory scopes)
{
    /// <summary>Acts. What prevented it is in the result.</summary>
    public async Task<AccountResult> Do(Func<AccountService, Task<AccountResult>> act)
    {
        try
        {
            // Away from the connection, which would stand still while a password is hashed.
            return await Task.Run(() => Carry(act));
        }
        catch (AccessDeniedException denied)
        {
            return new AccountResult(denied.Message, Denied: true);
        }
        catch (Exception exception) when (DatabaseBusy.Caused(exception))
        {
            return new AccountResult("The database is busy: another program is writing to it. Check the list, and try again in some seconds.");
        }
        catch (Exception exception) when (DiskFull.Caused(exception))
        {
            return new AccountResult("The server's disk is full. Check the list, make room, and try again.");
        }
    }

    // In a scope of its own: that of the connection would go on using each account as it was when it was first read.
    private async Task<AccountResult> Carry(Func<AccountService, Task<AccountResult>> act)
    {
        using var patience = DatabasePatience.Limit(Failures.DatabaseSeconds);
        await using var scope = scopes.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<AccountService>());
    }
}
