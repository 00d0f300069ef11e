using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace FeatureExplorer.Storage.Database;

/// <summary>The bundled SQLite is several years old: where the operating system has a newer one, that one is loaded.</summary>
internal static unsafe class NewestSqlite
{
    private const string Bundled = "e_sqlite3";

    private static readonly Lock Gate = new();
    private static bool s_done;

    /// <summary>Chooses the library; must come before the first connection. Later calls do nothing.</summary>
    public static void Use()
    {
        lock (Gate)
        {
            if (!s_done)
            {
                s_done = true;
                NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
            }
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Bundled || !NativeLibrary.TryLoad("libsqlite3.so.0", out var system))
        {
            return 0;
        }

        return NativeLibrary.TryLoad(Bundled, assembly, path, out var bundled) && VersionOf(bundled) >= VersionOf(system) ? bundled : system;
    }

    private static int VersionOf(nint library) =>
        ((delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(library, "sqlite3_libversion_number"))();
}
