using FeatureExplorer.Engine.TensorFiles;

namespace FeatureExplorer.Tests.Engine.TensorFiles;

/// <summary>Files that PyTorch and NumPy wrote (Fixtures/make_tensor_files.py), and what is left of them when they are damaged.</summary>
public sealed class TensorFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tensor-files").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "tensor-files", name);

    private static float[] Counted(int count) => [.. Enumerable.Range(0, count).Select(static k => k - 2.5f)];

    [Theory]
    [InlineData("row", ElementType.F32, "[3, 4]")]
    [InlineData("turned", ElementType.F32, "[3, 4]")]
    [InlineData("permuted", ElementType.F32, "[4, 2, 3]")]
    [InlineData("half", ElementType.F16, "[3, 4]")]
    [InlineData("brain", ElementType.BF16, "[3, 4]")]
    [InlineData("double", ElementType.F64, "[3, 4]")]
    [InlineData("parameter", ElementType.F32, "[2, 2]")]
    [InlineData("nested.inner", ElementType.F32, "[2]")]
    [InlineData("nested.list.0", ElementType.F32, "[1]")]
    public void ReadArray_TensorsOfPyTorch_AreInTheOrderOfTheirIndices(string name, ElementType type, string shape)
    {
        using var file = TensorFile.Open(PathOf("tensors.pt"));

        var info = file.Info(name);

        Assert.Equal(TensorFileFormat.Torch, file.Format);
        Assert.Equal((type, shape), (info.Type, info.ShapeText));
        Assert.Equal(Counted((int)info.Length), file.ReadArray(name));
    }

    [Fact]
    public void ReadArray_ViewsOfOneStorage_HaveTheirOwnElements()
    {
        using var file = TensorFile.Open(PathOf("tensors.pt"));

        Assert.Equal([2f, 3, 4], file.ReadArray("shared_middle"));
        Assert.Equal([1f, 3, 5, 7, 9], file.ReadArray("shared_second"));
        Assert.Equal([1f, 2, 1, 2, 1, 2], file.ReadArray("expanded"));
        Assert.Empty(file.ReadArray("empty"));
        Assert.Equal(7.5f, file.ReadScalar("scalar"));
        Assert.Equal(32f, file.ReadScalar("int"));
        Assert.Equal([-2L, -1, 0, 1, 2], file.ReadIntegers("long"));
        Assert.Equal([1L, 0, 1], file.ReadIntegers("flags"));
    }

    [Fact]
    public void Values_OfPyTorch_AreTextsAndNumbers()
    {
        using var file = TensorFile.Open(PathOf("tensors.pt"));

        Assert.Equal("ReLU", file.Values["activation"]);
        Assert.Equal(0.25, file.Values["share"]);
        Assert.Equal(1L << 40, file.Values["many"]);
        Assert.Equal(5L, file.Values["nested.list.1"]);
        Assert.Equal(true, file.Values["nested.pair.0"]);
        Assert.Null(file.Values["nested.pair.1"]);
        Assert.Equal("cpu", file.Values["device"]);
        Assert.Equal("torch.float32", file.Values["dtype"]);
        Assert.Equal(3L, file.Values["size.1"]);
    }

    [Theory]
    [InlineData("state-dict.bin", "weight")]
    [InlineData("zip64.pt", "weight")]
    [InlineData("big-endian.pt", "weight")]
    public void ReadArray_OtherFormsOfPyTorchsFile_SameValues(string name, string tensor)
    {
        using var file = TensorFile.Open(PathOf(name));

        Assert.Equal([2L, 3L], file.Info(tensor).Shape);
        Assert.Equal(Counted(6), file.ReadArray(tensor));
    }

    [Theory]
    [InlineData("arrays.npz")]
    [InlineData("compressed.npz")]
    public void ReadArray_NumPysArchive_AllOrdersAndTypes(string name)
    {
        using var file = TensorFile.Open(PathOf(name));

        Assert.Equal(TensorFileFormat.Npz, file.Format);
        foreach (var array in new[] { "row", "column", "half", "double", "big" })
        {
            Assert.Equal([3L, 4L], file.Info(array).Shape);
            Assert.Equal(Counted(12), file.ReadArray(array));
        }

        Assert.Equal(7.5f, file.ReadScalar("scalar"));
        Assert.Equal([-2L, -1, 0, 1, 2], file.ReadIntegers("long"));
        Assert.Empty(file.ReadArray("empty"));
    }

    [Fact]
    public void ReadArray_OneNumPyArray_IsCalledArray()
    {
        using var file = TensorFile.Open(PathOf("array.npy"));

        Assert.Equal(Counted(12), file.ReadArray("array"));
    }

    [Theory]
    [InlineData("tensors.pt", "row")]
    [InlineData("tensors.pt", "turned")]
    [InlineData("arrays.npz", "row")]
    [InlineData("compressed.npz", "column")]
    public unsafe void ReadTransposed_Matrix_IsTurnedAbout(string name, string tensor)
    {
        using var file = TensorFile.Open(PathOf(name));
        var turned = new float[12];
        fixed (float* destination = turned)
        {
            file.ReadTransposed(tensor, destination, 4, 3);
        }

        Assert.Equal([.. Enumerable.Range(0, 12).Select(static k => (k % 3 * 4) + (k / 3) - 2.5f)], turned);
    }

    [Fact]
    public void ReadPart_InOrder_GivesThoseElements()
    {
        using var file = TensorFile.Open(PathOf("tensors.pt"));
        var part = new float[3];

        file.ReadPart("brain", 5, part);

        Assert.Equal([2.5f, 3.5f, 4.5f], part);
        Assert.Contains("as a whole", Assert.Throws<InvalidDataException>(() => file.ReadPart("turned", 5, part)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class.pt", "evil.Foreign")]
    [InlineData("legacy.pt", "before version 1.6")]
    [InlineData("protocol4.pt", "protocol 4")]
    [InlineData("objects.npz", "Python objects")]
    [InlineData("complex.npy", "c8")]
    public void Open_WhatIsNotRead_IsRefusedByName(string name, string says)
    {
        var message = Assert.Throws<InvalidDataException>(() => TensorFile.Open(PathOf(name))).Message;

        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void Read_ValuesThatAreNoNumbers_AreCountedAndTheFirstIsNamed()
    {
        using var file = TensorFile.Open(PathOf("nan.pt"));

        var message = Assert.Throws<InvalidDataException>(() => file.ReadArray("turned")).Message;
        Assert.Contains("tensor turned holds 2 values of 12 that are no numbers, the first at [1, 2]: NaN", message, StringComparison.Ordinal);
        var other = new float[12];
        fixed (float* destination = other)
        {
            var pointer = destination;
            // In the turned order, the infinity of [2, 0] comes first.
            Assert.Contains("the first at [2, 0]: infinity", Assert.Throws<InvalidDataException>(() => file.ReadTransposed("turned", pointer, 4, 3)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("1 value of 1 that is no number, the first at [0]: infinity, or beyond single precision", Assert.Throws<InvalidDataException>(() => file.ReadArray("beyond")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tensors.pt")]
    [InlineData("arrays.npz")]
    [InlineData("compressed.npz")]
    [InlineData("array.npy")]
    public void Open_CutAnywhere_IsRefusedAndNeverCrashes(string name)
    {
        var whole = File.ReadAllBytes(PathOf(name));
        var cut = Path.Combine(_folder, name);
        for (var length = 0; length < whole.Length; length += 1 + (whole.Length / 150))
        {
            File.WriteAllBytes(cut, whole[..length]);
            Assert.Contains(name, Assert.Throws<InvalidDataException>(() => TensorFile.Open(cut)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("tensors.pt")]
    [InlineData("compressed.npz")]
    [InlineData("zip64.pt")]
    public void Open_AnyByteChanged_GivesTensorsOrAnError(string name)
    {
        var whole = File.ReadAllBytes(PathOf(name));
        var changed = Path.Combine(_folder, name);
        var random = new Random(7);
        for (var turn = 0; turn < 400; turn++)
        {
            var bytes = whole.ToArray();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(changed, bytes);
            try
            {
                using var file = TensorFile.Open(changed);
                foreach (var tensor in file.Tensors.Where(static tensor => tensor.IsFloating && tensor.Length < 1 << 20))
                {
                    file.ReadArray(tensor.Name);
                }
            }
            catch (InvalidDataException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n", "Git LFS pointer")]
    [InlineData("<!DOCTYPE html><html>not found</html>", "web page")]
    [InlineData("", "empty")]
    [InlineData("GGUF12345678", "GGUF")]
    public void Open_SomethingElse_SaysWhatItIs(string content, string says)
    {
        var path = Path.Combine(_folder, "weights.safetensors");
        File.WriteAllText(path, content);

        Assert.Contains(says, Assert.Throws<InvalidDataException>(() => TensorFile.Open(path)).Message, StringComparison.Ordinal);
    }

    // peers: padded with zeros; a header whose length is no multiple of 8; bytes after the last tensor.
    [Theory]
    [InlineData(7, 0, null)]
    [InlineData(0, 0, null)]
    [InlineData(0, 3, "3 bytes at the end belong to no tensor")]
    public void Open_OddSafetensors_IsReadOrNamed(int zeros, int trailing, string? refused)
    {
        var path = Path.Combine(_folder, "odd.safetensors");
        var header = System.Text.Encoding.ASCII.GetBytes("{\"w\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)(header.Length + zeros)), .. header, .. new byte[zeros], 0x20, 0xc0, 0x80, 0x3f, .. new byte[trailing]]);
        Assert.NotEqual(0, header.Length % 8);
        if (refused is not null)
        {
            Assert.Contains(refused, Assert.Throws<InvalidDataException>(() => TensorFile.Open(path)).Message, StringComparison.Ordinal);
            return;
        }

        using var file = TensorFile.Open(path);
        Assert.Equal([-2.5f, 1f], file.ReadArray("w"));
        Assert.Equal(zeros > 0 ? 1 : 0, file.Notes.Count);
    }
}
