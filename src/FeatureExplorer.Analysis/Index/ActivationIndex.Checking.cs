using System.Buffers.Binary;
using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Analysis.Index;

/// <summary>What an index says of itself, and how it is compared with what was written.</summary>
public sealed partial class ActivationIndex
{
    private void VerifyOnce()
    {
        Verify();
        try
        {
            Checksums.Record(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A folder that can only be read: the file is read as a whole the next time again.
        }
    }

    private uint Checksum(uint checksum, long offset, long length) => Checksum(_file, checksum, offset, length);

    private static uint Checksum(CheckedFile file, uint checksum, long offset, long length)
    {
        for (var (at, end) = (offset, offset + length); at < end;)
        {
            // To the next multiple, so that every piece but the first is one whole block of the file.
            var count = (int)Math.Min(end - at, Piece - (at % Piece));
            checksum = IndexLayout.Checksum(checksum, file.Items<byte>(at, count));
            at += count;
        }

        return checksum;
    }

    private static (IndexHeader Header, IndexLayout Layout) ReadHead(string path, CheckedFile file)
    {
        if (file.Length < IndexLayout.PrefixLength)
        {
            throw Invalid(path, $"it has {file.Length} bytes, too few for an index");
        }

        var prefix = file.Items<byte>(0, IndexLayout.PrefixLength);
        if (!prefix.StartsWith(IndexLayout.Magic))
        {
            throw Invalid(path, "it does not start with the mark of an index");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(prefix[8..]);
        if (version is not (IndexLayout.Version or IndexLayout.WideVersion or IndexLayout.GainVersion))
        {
            throw Invalid(path, $"it has format version {version} where this program reads {IndexLayout.GainVersion} and those before");
        }

        var expected = BinaryPrimitives.ReadInt64LittleEndian(prefix[16..]);
        if (expected != file.Length)
        {
            throw DamagedFiles.Found(path, $"it has {file.Length} bytes instead of {expected}");
        }

        var jsonLength = BinaryPrimitives.ReadInt32LittleEndian(prefix[12..]);
        var header = ReadHeader(path, file, jsonLength);
        var layout = new IndexLayout(jsonLength, header.Features, header.Tokens, header.Activations, version);
        if (header.Features < 0 || header.Tokens is < 0 or > int.MaxValue || header.Activations < 0 || layout.FileLength != file.Length
            || HeadChecksum(file, layout) != BinaryPrimitives.ReadUInt32LittleEndian(prefix[32..]))
        {
            throw DamagedFiles.Found(path, "the checksum of its header is wrong");
        }

        return (header, layout);
    }

    /// <summary>As <see cref="IndexLayout.HeadChecksum"/>, from the file.</summary>
    private static uint HeadChecksum(CheckedFile file, IndexLayout layout) => Checksum(file, Checksum(file, 0, 0, 32), 36, layout.PositionsOffset - 36);

    private static IndexHeader ReadHeader(string path, CheckedFile file, int jsonLength)
    {
        if (jsonLength < 0 || jsonLength > file.Length - IndexLayout.PrefixLength)
        {
            throw DamagedFiles.Found(path, $"its header claims {jsonLength} bytes");
        }

        try
        {
            var json = file.Items<byte>(IndexLayout.PrefixLength, jsonLength);
            return JsonSerializer.Deserialize<IndexHeader>(json, JsonSerializerOptions.Web) ?? throw Invalid(path, "its header is empty");
        }
        catch (JsonException exception)
        {
            throw DamagedFiles.Found(path, $"its header is not readable: {JsonFault.Of(exception)}", exception);
        }
    }

    private static InvalidDataException Invalid(string path, string why) =>
        new($"'{path}' is not a usable activation index: {why}. Delete it and build it again from the model and the dictionary.");
}
