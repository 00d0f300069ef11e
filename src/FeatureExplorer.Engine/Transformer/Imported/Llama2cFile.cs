using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FeatureExplorer.Engine.Numerics;
using Microsoft.Win32.SafeHandles;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>
/// llama2.c's first kind of file: seven whole numbers, then all weights in single precision, each kind of all layers together, matrices [outputs, inputs], rotary
/// pairs side by side.
/// </summary>
internal sealed unsafe class Llama2cFile : IDisposable
{
    private const int HeaderBytes = 28;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly int _keyHeads;

    private Llama2cFile(string path, SafeFileHandle file, TransformerConfig config, int keyHeads) => (_path, _file, Config, _keyHeads) = (path, file, config, keyHeads);

    public TransformerConfig Config { get; }

    /// <summary>Null when the file is of another kind: its length is not what the seven numbers make of it.</summary>
    public static Llama2cFile? TryOpen(string path)
    {
        var file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (RandomAccess.GetLength(file) > HeaderBytes && RandomAccess.Read(file, header, 0) == HeaderBytes)
        {
            var n = new int[7];
            for (var i = 0; i < n.Length; i++)
            {
                n[i] = BinaryPrimitives.ReadInt32LittleEndian(header[(4 * i)..]);
            }

            if (n.Take(5).All(static number => number is > 0 and < 1 << 20) && n[6] is > 0 and < 1 << 20 && n[3] % n[4] == 0 && n[0] % n[3] == 0 && n[5] is not 0 and not int.MinValue)
            {
                var config = ConfigOf(n);
                if (RandomAccess.GetLength(file) == Length(config, n[4]))
                {
                    return new Llama2cFile(path, file, config, n[4]);
                }
            }
        }

        file.Dispose();
        return null;
    }

    public void Fill(TransformerModel model, CancellationToken cancellation)
    {
        var c = model.Config;
        long at = HeaderBytes;
        Next(ref at, c.VocabularySize * (long)c.DModel, (values, _) => values.CopyTo(model.Parameters.Span("wte.weight")));
        var (d, size, keys) = (c.DModel, c.HeadSize, _keyHeads);
        Each("ln_1.weight", d);
        Part(0, c.Heads);
        Part(1, keys);
        Part(2, keys);
        Matrix("attn.c_proj.weight", d, d);
        Each("ln_2.weight", d);
        Matrix("mlp.c_gate.weight", d, c.DMlp);
        Matrix("mlp.c_proj.weight", c.DMlp, d);
        Matrix("mlp.c_fc.weight", d, c.DMlp);
        Next(ref at, d, (values, _) => values.CopyTo(model.Parameters.Span("ln_f.weight")));
        // Tables of sines and cosines, of the whole context of the file.
        at += (long)Config.Context * size * sizeof(float);
        if (!c.Architecture.TiedUnembedding)
        {
            Next(ref at, c.VocabularySize * (long)d, (values, _) => values.CopyTo(model.Parameters.Span("lm_head.weight")));
        }

        void Each(string name, int length)
        {
            for (var layer = 0; layer < c.Layers; layer++)
            {
                cancellation.ThrowIfCancellationRequested();
                Next(ref at, length, (values, l) => values.CopyTo(model.Parameters.Span($"h.{l}.{name}")), layer);
            }
        }

        void Matrix(string name, int inputs, int outputs)
        {
            for (var layer = 0; layer < c.Layers; layer++)
            {
                cancellation.ThrowIfCancellationRequested();
                Next(ref at, (long)inputs * outputs, (values, l) => Turn(values, outputs, inputs, model.Parameters[$"h.{l}.{name}"]), layer);
            }
        }

        void Part(int part, int heads)
        {
            using var columns = new FloatBuffer((long)d * heads * size);
            for (var layer = 0; layer < c.Layers; layer++)
            {
                cancellation.ThrowIfCancellationRequested();
                Next(ref at, (long)heads * size * d, (values, l) =>
                {
                    Turn(values, heads * size, d, columns.Pointer);
                    new AttentionWeights(model, l) { Interleaved = true }.Put(part, columns.Pointer, heads);
                }, layer);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private delegate void Values(ReadOnlySpan<float> values, int layer);

    private static TransformerConfig ConfigOf(int[] n) => new()
    {
        DModel = n[0],
        DMlp = n[1],
        Layers = n[2],
        Heads = n[3],
        VocabularySize = Math.Abs(n[5]),
        Context = n[6],
        LayerNormEpsilon = 1e-5f,
        Architecture = new ModelArchitecture
        {
            Norm = NormKind.RmsNorm,
            Neurons = NeuronKind.Silu,
            Gated = true,
            Biases = false,
            TiedUnembedding = n[5] > 0,
            Rotary = new RotaryPositions { Dimensions = n[0] / n[3] },
        },
    };

    private static long Length(TransformerConfig c, int keyHeads)
    {
        long d = c.DModel, keys = keyHeads * (long)c.HeadSize, vocabulary = c.VocabularySize;
        var layer = (2 * d) + (2 * d * d) + (2 * d * keys) + (3 * d * c.DMlp);
        return HeaderBytes + (sizeof(float) * ((vocabulary * d * (c.Architecture.TiedUnembedding ? 1 : 2)) + (c.Layers * layer) + d + (c.Context * (long)c.HeadSize)));
    }

    private void Next(ref long at, long length, Values use, int layer = 0)
    {
        using var buffer = new FloatBuffer(length);
        var values = buffer.Span(0, checked((int)length));
        var bytes = MemoryMarshal.AsBytes(values);
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(_file, bytes[done..], at + done);
            done += read > 0 ? read : throw new InvalidDataException($"{_path} ends at byte {at + done}: it was cut.");
        }

        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new InvalidDataException($"{_path} holds NaN or infinite weights near byte {at}: the file is damaged; get it again.");
            }
        }

        use(values, layer);
        at += bytes.Length;
    }

    private static void Turn(ReadOnlySpan<float> values, int outputs, int inputs, float* target)
    {
        for (var output = 0; output < outputs; output++)
        {
            for (var input = 0; input < inputs; input++)
            {
                target[((nint)input * outputs) + output] = values[(output * inputs) + input];
            }
        }
    }
}
