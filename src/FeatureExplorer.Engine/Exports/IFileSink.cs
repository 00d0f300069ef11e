namespace FeatureExplorer.Engine.Exports;

/// <summary>Takes the files of an export, one after the other: a folder, or an archive that is sent.</summary>
public interface IFileSink
{
    /// <summary>Adds a file.</summary>
    /// <param name="name">Its name, with "/" between folders; unique in the export.</param>
    /// <param name="write">Writes its content to a stream that may not seek.</param>
    void Add(string name, Action<Stream> write);
}
