using System.Text;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>Files that are taken for tensors and are something else, told by their first bytes.</summary>
internal static class ForeignContent
{
    /// <summary>As many bytes tell all of them apart.</summary>
    public const int Enough = 64;

    /// <summary>PyTorch's magic number before 1.6, as a pickle: protocol 2, then 0x1950a86a20f9469cfc6c as LONG1.</summary>
    private static readonly byte[] Legacy = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    private static readonly (byte[] Start, string Sentence)[] Known =
    [
        ([], "it is empty. Copy or download it again"),
        ("version https://git-lfs"u8.ToArray(), "it is a Git LFS pointer, not the file that it stands for. Fetch that with \"git lfs pull\", or download it from the repository's page"),
        (Legacy, "it has the form that PyTorch wrote before version 1.6 (2020), a pickle without a zip file. Load it there and save it anew: torch.save(torch.load(file, weights_only=True), new_file)"),
        ([0x89, (byte)'H', (byte)'D', (byte)'F'], "it is an HDF5 file. Save the tensors as safetensors"),
        ("GGUF"u8.ToArray(), "it is a GGUF file, whose weights are quantised for llama.cpp. Use the files that it was made from"),
        ([0x1f, 0x8b], "it is compressed with gzip. Unpack it first"),
        ("<!doctype html"u8.ToArray(), "it is a web page. The download gave an answer in words: open the file in a browser to read it"),
        ("<html"u8.ToArray(), "it is a web page. The download gave an answer in words: open the file in a browser to read it"),
        ([0x80], "it is a Python pickle that torch.save did not write. Save the tensors with torch.save or as safetensors"),
    ];

    /// <summary>What the file is, as the end of a sentence without its full stop; null where its start says nothing.</summary>
    /// <param name="start">Its first bytes, <see cref="Enough"/> where it has so many.</param>
    public static string? Describe(ReadOnlySpan<byte> start)
    {
        var lower = Encoding.Latin1.GetString(start).ToLowerInvariant();
        foreach (var (known, sentence) in Known)
        {
            if (known.Length == 0 ? start.IsEmpty : start.StartsWith(known) || lower.StartsWith(Encoding.Latin1.GetString(known), StringComparison.Ordinal))
            {
                return sentence;
            }
        }

        return null;
    }
}
