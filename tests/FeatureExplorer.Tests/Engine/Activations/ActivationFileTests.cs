using FeatureExplorer.Engine.Activations;
using FeatureExplorer.Tests.Engine.Text;

namespace FeatureExplorer.Tests.Engine.Activations;

public sealed unsafe class ActivationFileTests
{
    // numpy.save of [[1, -2.5, 3], [4, 5, 6.25]] as float32.
    private const string Numpy =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAgwAAAQEAAAIBAAACgQAAAyEA=";

    private static readonly float[] Values = [1, -2.5f, 3, 4, 5, 6.25f];

    [Fact]
    public void Read_FileFromNumPy_GivesItsRowsAndGoesRound()
    {
        using var folder = new TemporaryFolder();
        using var file = ActivationFile.Open(folder.Write("a.npy", Convert.FromBase64String(Numpy)));

        Assert.Equal((2, 3), (file.Rows, file.Inputs));
        Assert.Equal([.. Values, 1, -2.5f, 3], Read(file, 3));
        file.Seek(1);
        Assert.Equal(Values[3..], Read(file, 1));
    }

    [Fact]
    public void Write_Vectors_GivesWhatNumPyWrites()
    {
        using var folder = new TemporaryFolder();
        using var source = ActivationFile.Open(folder.Write("a.npy", Convert.FromBase64String(Numpy)));

        ActivationFile.Write(folder.At("b.npy"), source, 2);

        Assert.Equal(Convert.FromBase64String(Numpy), File.ReadAllBytes(folder.At("b.npy")));
    }

    [Theory]
    [InlineData(0, 8, "not a .npy file")]
    [InlineData(0, 140, "cut short")]
    [InlineData(20, 152, "C order")]
    public void Open_DamagedFile_NamesTheFileAndTheProblem(int damaged, int length, string problem)
    {
        using var folder = new TemporaryFolder();
        var bytes = Convert.FromBase64String(Numpy)[..length];
        bytes[damaged] ^= damaged == 0 ? (byte)0 : (byte)1;

        var error = Assert.Throws<InvalidDataException>(() => ActivationFile.Open(folder.Write("a.npy", bytes)));

        Assert.Contains("a.npy", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    private static float[] Read(ActivationFile file, int rows)
    {
        var x = new float[rows * file.Inputs];
        fixed (float* pointer = x)
        {
            file.Read(pointer, rows);
        }

        return x;
    }
}
