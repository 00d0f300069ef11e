using System.Runtime.Intrinsics;
using FeatureExplorer.Engine.Numerics;
using FeatureExplorer.Engine.Text;

namespace FeatureExplorer.Analysis.Contexts;

/// <summary>
/// max over strings s that end at a token of Σ_{t ∈ s} w(t), for many contexts at once: w(t) = ln P(t | context) / P(t) makes it the
/// log-likelihood ratio of the most telling string. A string never crosses its document's start.
/// </summary>
internal sealed unsafe class StringRatios : IDisposable
{
    /// <summary>Longest string, in tokens.</summary>
    public const int Lookback = 16;

    private readonly FloatBuffer _weights;
    private readonly FloatBuffer _single;

    /// <param name="columns">[column][token] weights.</param>
    /// <param name="minimumTokens">By column, 1 or 2: the shortest string that counts.</param>
    public StringRatios(IReadOnlyList<float[]> columns, IReadOnlyList<int> minimumTokens)
    {
        Columns = columns.Count;
        Stride = Math.Max(1, (Columns + Vector512<float>.Count - 1) / Vector512<float>.Count) * Vector512<float>.Count;
        var vocabulary = Columns == 0 ? 0 : columns[0].Length;
        _weights = new FloatBuffer((long)vocabulary * Stride);
        _single = new FloatBuffer(Stride);
        for (var column = 0; column < Columns; column++)
        {
            _single.Pointer[column] = minimumTokens[column] > 1 ? float.NegativeInfinity : 0;
            for (var token = 0; token < vocabulary; token++)
            {
                _weights.Pointer[((long)token * Stride) + column] = columns[column][token];
            }
        }
    }

    /// <summary>Number of contexts.</summary>
    public int Columns { get; }

    /// <summary>Floats per position in the output.</summary>
    public int Stride { get; }

    /// <summary>
    /// Writes the maxima of positions [start, start + count) to output[count, Stride]. At a document's first token, where only strings
    /// of one token end, that one counts for every context.
    /// </summary>
    public void Fill(TokenStore tokens, long start, int count, float* output)
    {
        if (Columns == 0)
        {
            return;
        }

        var from = Math.Max(0, start - Lookback + 1);
        var ids = tokens.Read(from, (int)(start + count - from));
        var document = tokens.DocumentAt(start);
        var documentStart = tokens.DocumentStart(document);
        var documentEnd = tokens.DocumentEnd(document);
        fixed (int* first = ids)
        {
            for (var position = start; position < start + count; position++, output += Stride)
            {
                while (position >= documentEnd)
                {
                    document++;
                    documentStart = documentEnd;
                    documentEnd = tokens.DocumentEnd(document);
                }

                var length = (int)Math.Min(Lookback, position - documentStart + 1);
                MaximumAt(first + (position - from), length, output);
            }
        }
    }

    /// <summary>Writes the maxima of all positions of a document that is not in a store to output[length, Stride].</summary>
    public void Fill(ReadOnlySpan<int> document, float* output)
    {
        fixed (int* first = document)
        {
            for (var position = 0; position < document.Length; position++)
            {
                MaximumAt(first + position, Math.Min(Lookback, position + 1), output + ((nint)position * Stride));
            }
        }
    }

    public void Dispose()
    {
        _weights.Dispose();
        _single.Dispose();
    }

    private void MaximumAt(int* last, int length, float* output)
    {
        for (var column = 0; column < Stride; column += Vector512<float>.Count)
        {
            var sum = Weight(*last, column);
            var best = length > 1 ? sum + Vector512.Load(_single.Pointer + column) : sum;
            for (var back = 1; back < length; back++)
            {
                sum += Weight(*(last - back), column);
                best = Vector512.Max(best, sum);
            }

            best.Store(output + column);
        }
    }

    private Vector512<float> Weight(int token, int column) => Vector512.Load(_weights.Pointer + ((long)token * Stride) + column);
}
