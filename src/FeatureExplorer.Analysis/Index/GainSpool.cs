using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Dictionaries.Kernels;

namespace FeatureExplorer.Analysis.Index;

/// <summary>A temporary file of σ of each token, in their order, until the activations have their places; there is none where tokens are not normalised.</summary>
/// <param name="path">Where; gone when this is disposed.</param>
internal sealed class GainSpool(string path) : IDisposable
{
    private FileStream? _stream;

    /// <summary>Whether any token has a σ of its own.</summary>
    public bool Any => _stream is not null;

    /// <summary>Appends σ of some rows.</summary>
    public void Append(SparseActivations rows)
    {
        if (!rows.HasNorms)
        {
            return;
        }

        var gains = new float[rows.Rows];
        for (var row = 0; row < gains.Length; row++)
        {
            gains[row] = rows.GainOf(row);
        }

        _stream ??= new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        _stream.Write(MemoryMarshal.AsBytes<float>(gains));
    }

    /// <summary>Writes them to a place in a file; nothing where there are none.</summary>
    public void CopyTo(Stream file, long offset)
    {
        if (_stream is not null)
        {
            _stream.Position = 0;
            file.Position = offset;
            _stream.CopyTo(file);
        }
    }

    public void Dispose() => _stream?.Dispose();
}
