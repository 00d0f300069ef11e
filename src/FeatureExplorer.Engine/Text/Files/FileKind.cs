namespace FeatureExplorer.Engine.Text.Files;

/// <summary>What a path leads to.</summary>
internal enum FileKind
{
    File,
    Folder,
    Pipe,
    Socket,
    Device,

    /// <summary>Nothing that can be looked at; <see cref="FileStat.Problem"/> says why.</summary>
    None,
}
