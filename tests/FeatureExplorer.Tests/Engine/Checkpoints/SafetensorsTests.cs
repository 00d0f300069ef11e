using System.Text;
using FeatureExplorer.Engine.Checkpoints;

namespace FeatureExplorer.Tests.Engine.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("safetensors").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static NamedTensor[] Sample() =>
    [
        new("first", [1f, -2f, 3.5f, float.Epsilon, 5f, 6f], 2, 3),
        new("empty", [], 0, 7),
        new("scalar", [42f]),
    ];

    [Fact]
    public void Write_ThenOpen_GivesTheSameTensorsAndMetadata()
    {
        var checksum = Safetensors.Write(PathOf("a"), Sample(), new Dictionary<string, string> { ["format"] = "pt", ["note"] = "é\"\\" });

        using var file = Safetensors.Open(PathOf("a"));

        Assert.Equal(["first", "empty", "scalar"], file.Tensors.Select(t => t.Name));
        Assert.Equal([2L, 3L], file.Info("first").Shape);
        Assert.Equal([1f, -2f, 3.5f, float.Epsilon, 5f, 6f], file.ReadArray("first"));
        Assert.Equal([42f], file.ReadArray("scalar"));
        Assert.Empty(file.ReadArray("empty"));
        Assert.Equal("é\"\\", file.Metadata["note"]);
        Assert.Equal(checksum, file.Metadata[Safetensors.ChecksumKey]);
        Assert.Equal(checksum, Safetensors.Checksum(Sample()));
    }

    [Fact]
    public void Write_DataSection_IsAlignedAndLittleEndian()
    {
        Safetensors.Write(PathOf("a"), Sample());

        var bytes = File.ReadAllBytes(PathOf("a"));
        var data = 8 + (int)BitConverter.ToUInt64(bytes);
        Assert.Equal(0, data % 8);
        Assert.Equal(-2f, BitConverter.ToSingle(bytes, data + 4));
        Assert.Equal(data + (7 * 4), bytes.Length);
    }

    [Fact]
    public void Write_SameNameTwice_IsRefused() =>
        Assert.Contains("twin", Assert.Throws<ArgumentException>(() =>
            Safetensors.Write(PathOf("a"), [new("twin", [1f], 1), new("twin", [2f], 1)])).Message);

    [Fact]
    public void ReadArray_OtherFloatingPointTypes_AreConverted()
    {
        var data = new List<byte>();
        data.AddRange(BitConverter.GetBytes((Half)1.5f));
        data.AddRange(BitConverter.GetBytes((Half)(-0.25f)));
        data.AddRange(BitConverter.GetBytes((ushort)0x3FC0)); // 1.5 in bfloat16
        data.AddRange(BitConverter.GetBytes((ushort)0xC040)); // -3
        data.AddRange(BitConverter.GetBytes(Math.PI));
        data.AddRange(BitConverter.GetBytes(7L));
        Raw("""{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]},"d":{"dtype":"F64","shape":[],"data_offsets":[8,16]},"i":{"dtype":"I64","shape":[1],"data_offsets":[16,24]}}""", [.. data]);

        using var file = Safetensors.Open(PathOf("raw"));

        Assert.Equal([1.5f, -0.25f], file.ReadArray("h"));
        Assert.Equal([1.5f, -3f], file.ReadArray("b"));
        Assert.Equal([(float)Math.PI], file.ReadArray("d"));
        Assert.Contains("I64", Assert.Throws<InvalidDataException>(() => file.ReadArray("i")).Message);
    }

    [Theory]
    [InlineData("F32", 4, new byte[] { 0, 0, 0xC0, 0x7F }, "NaN")]
    [InlineData("F32", 4, new byte[] { 0, 0, 0x80, 0xFF }, "infinity")]
    [InlineData("F16", 2, new byte[] { 0, 0x7C }, "infinity")]
    [InlineData("BF16", 2, new byte[] { 0xC0, 0x7F }, "NaN")]
    [InlineData("F64", 8, new byte[] { 0, 0, 0, 0, 0, 0, 0xF0, 0x7E }, "infinity")] // a number, too large for a float
    public void Read_ValueThatIsNoNumber_NamesFileTensorAndPlace(string type, int size, byte[] value, string what)
    {
        byte[] data = [.. new byte[5 * size], .. value];
        Raw($$$"""{"w":{"dtype":"{{{type}}}","shape":[2,3],"data_offsets":[0,{{{6 * size}}}]}}""", data);

        using var file = Safetensors.Open(PathOf("raw"));

        Assert.Equal($"{PathOf("raw")}: tensor w holds a value that is no number: {what} at [1, 2].", Assert.Throws<InvalidDataException>(() => ReadAs(file, "w", 2, 3)).Message);
        Assert.Throws<InvalidDataException>(() => file.ReadArray("w"));
        Assert.False(float.IsFinite(file.ReadArray("w", finite: false)[5]));
    }

    [Fact]
    public unsafe void Read_WrongShapeOrName_NamesFileAndTensor()
    {
        Safetensors.Write(PathOf("a"), Sample());
        using var file = Safetensors.Open(PathOf("a"));
        var values = stackalloc float[6];

        var shape = Assert.Throws<InvalidDataException>(() => ReadAs(file, "first", 3, 2)).Message;
        var name = Assert.Throws<InvalidDataException>(() => ReadAs(file, "second", 1)).Message;

        Assert.Contains(PathOf("a"), shape);
        Assert.Contains("first has the shape [2, 3] where [3, 2] is needed", shape);
        Assert.Contains("no tensor second", name);
    }

    private static unsafe void ReadAs(SafetensorsFile file, string name, params long[] shape)
    {
        var values = stackalloc float[16];
        file.Read(name, values, shape);
    }

    [Fact]
    public void Open_EveryTruncation_IsRefused()
    {
        Safetensors.Write(PathOf("a"), Sample());
        var bytes = File.ReadAllBytes(PathOf("a"));
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(PathOf("b"), bytes[..length]);
            Assert.Contains(PathOf("b"), Assert.Throws<InvalidDataException>(() => Safetensors.Open(PathOf("b"))).Message);
        }
    }

    [Fact]
    public void Open_OneBitOfTheDataFlipped_IsRefused()
    {
        Safetensors.Write(PathOf("a"), Sample());
        var bytes = File.ReadAllBytes(PathOf("a"));
        bytes[^3] ^= 1;
        File.WriteAllBytes(PathOf("a"), bytes);

        Assert.Throws<DamagedFileException>(() =>
        {
            using var file = Safetensors.Open(PathOf("a"));
            return file.Tensors.Select(tensor => file.ReadArray(tensor.Name)).ToList();
        });

        // Without checksums beside it, the one within tells.
        File.Delete(BlockChecksums.FileOf(PathOf("a")));
        Assert.Contains("damaged", Assert.Throws<DamagedFileException>(() => Safetensors.Open(PathOf("a"))).Message);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "inside another")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "after a gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "truncated")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "impossible")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,8]}}""", "impossible")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", "unknown type Q4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "cannot be read")]
    [InlineData("""["a"]""", "cannot be read")]
    [InlineData("""{"a":""", "cannot be read")]
    public void Open_InconsistentHeader_IsRefused(string header, string reason)
    {
        Raw(header, new byte[8]);

        var message = Assert.Throws<InvalidDataException>(() => Safetensors.Open(PathOf("raw"))).Message;

        Assert.Contains(reason, message);
        Assert.Contains(PathOf("raw"), message);
    }

    [Fact]
    public void Open_ForeignFile_IsRefused()
    {
        File.WriteAllText(PathOf("b"), "PK\u0003\u0004 this is some other kind of file");

        Assert.Contains("not a safetensors file", Assert.Throws<InvalidDataException>(() => Safetensors.Open(PathOf("b"))).Message);
    }

    private void Raw(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(PathOf("raw"), [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. data]);
    }
}
