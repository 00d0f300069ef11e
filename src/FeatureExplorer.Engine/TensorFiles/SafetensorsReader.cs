using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>A <see cref="SafetensorsFile"/>, whose header and offsets it has checked, as one of the containers.</summary>
internal static class SafetensorsReader
{
    private static readonly Dictionary<string, ElementType> Types = new(StringComparer.Ordinal)
    {
        ["F32"] = ElementType.F32,
        ["F16"] = ElementType.F16,
        ["BF16"] = ElementType.BF16,
        ["F64"] = ElementType.F64,
        ["I8"] = ElementType.I8,
        ["I16"] = ElementType.I16,
        ["I32"] = ElementType.I32,
        ["I64"] = ElementType.I64,
        ["U8"] = ElementType.U8,
        ["U16"] = ElementType.U16,
        ["U32"] = ElementType.U32,
        ["U64"] = ElementType.U64,
        ["BOOL"] = ElementType.Bool,
    };

    public static TensorContents Read(SafetensorsFile file) => new()
    {
        Format = TensorFileFormat.Safetensors,
        Tensors = [.. file.Tensors.Select(info => Place(file, info))],
        Values = file.Metadata.ToDictionary(static entry => entry.Key, static entry => (object?)entry.Value),
        Notes = file.Notes,
    };

    private static PlacedTensor Place(SafetensorsFile file, TensorInfo info) => Types.TryGetValue(info.DataType, out var type)
        ? new PlacedTensor(new StoredTensor(info.Name, type, [.. info.Shape]), new Region(file), info.Begin, PlacedTensor.RowMajor(info.Shape))
        : throw new InvalidDataException($"{file.FilePath}: tensor {info.Name} is of type {info.DataType}, which is not read. Save it as F32, F16 or BF16.");

    private sealed class Region(SafetensorsFile file) : ByteRegion(file.FilePath, file.DataLength)
    {
        public override void Read(long offset, Span<byte> bytes) => file.ReadBytes(offset, bytes);
    }
}
