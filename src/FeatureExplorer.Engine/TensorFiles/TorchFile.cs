using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Engine.TensorFiles.Pickle;
using FeatureExplorer.Engine.TensorFiles.Zip;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>Writes tensors as <c>torch.save</c> writes a state dict (PyTorch since 1.6): a zip file of stored entries, aligned to 64 bytes. <see cref="TensorFile"/> reads it.</summary>
public static class TorchFile
{
    /// <summary>Writes the tensors in the given order.</summary>
    /// <param name="stream">Receives the file; it need not seek.</param>
    /// <param name="archive">Name of the folder within, usually the file's without its extension.</param>
    /// <param name="tensors">F32, I64 or I32; names must differ.</param>
    public static void Write(Stream stream, string archive, IReadOnlyList<NamedTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(archive);
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.GroupBy(static tensor => tensor.Name).FirstOrDefault(static group => group.Count() > 1) is { } repeated)
        {
            throw new ArgumentException($"The tensor name {repeated.Key} occurs {repeated.Count()} times; names must differ.", nameof(tensors));
        }

        var zip = new StoredZipWriter(stream);
        zip.Add($"{archive}/data.pkl", StateDictPickle.Write(tensors));
        zip.Add($"{archive}/byteorder", "little"u8.ToArray());
        for (var i = 0; i < tensors.Count; i++)
        {
            zip.Add(FormattableString.Invariant($"{archive}/data/{i}"), tensors[i]);
        }

        zip.Add($"{archive}/version", "3\n"u8.ToArray());
        zip.End();
    }
}
