namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>What is asked of a file before its values are used: that they are no larger than figures can bear, and which checksum it carries.</summary>
public sealed unsafe partial class SafetensorsFile
{
    /// <summary>The same for values of which none may be larger than a bound, up or down: what is computed from larger ones would be no number.</summary>
    /// <exception cref="InvalidDataException">As there, or a value is too large; the message says which.</exception>
    public void ReadWithin(string name, float* destination, float bound, params long[] shape)
    {
        Read(name, destination, shape);
        var info = Info(name);
        for (var first = 0L; first < info.Length; first += 1 << 20)
        {
            var values = new ReadOnlySpan<float>(destination + first, (int)Math.Min(info.Length - first, 1 << 20));
            if (System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(values) is var largest && MathF.Abs(largest) > bound)
            {
                var place = string.Join(", ", info.Place(first + values.IndexOf(largest)));
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{FilePath}: tensor {name} holds {largest:G4} at [{place}]; values of {name} lie between -{bound:G4} and {bound:G4}, since figures computed from larger ones are no numbers."));
            }
        }
    }

    internal static string? CarriedChecksum(string path)
    {
        using var file = new SafetensorsFile(path, compare: false);
        return file._metadata.GetValueOrDefault(Safetensors.ChecksumKey);
    }
}
