namespace FeatureExplorer.Engine.Text;

/// <summary>Documents that can be gone through more than once, in the same order each time, without ever holding them all.</summary>
public interface ICorpusSource
{
    /// <summary>What it is, in a few words, for messages: the paths, for instance.</summary>
    string Name { get; }

    /// <summary>Streams the documents; reports problems and the bytes read so far to <paramref name="reading"/>.</summary>
    IEnumerable<Document> Read(CorpusReading reading);
}
