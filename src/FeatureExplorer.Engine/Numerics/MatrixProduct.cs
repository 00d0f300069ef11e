using System.Runtime.CompilerServices;

namespace FeatureExplorer.Engine.Numerics;

/// <summary>
/// Products of row-major matrices of floats. The K dimension is cut into slices of 512; of each slice all of B is packed once and shared,
/// A is packed by blocks of 96 rows, and tiles of 8 × 48 are summed in registers. The order of every sum is fixed by the shapes alone:
/// results are the same bits for any number of threads.
/// </summary>
public static unsafe class MatrixProduct
{
    public const int TileRows = MatrixTile.Rows;
    public const int TileColumns = MatrixTile.Columns;

    private const int BlockRows = 96;
    private const int SliceDepth = 512;
    private const int SplitParts = 8;
    private const int SplitDepth = 256;

    // Enough tasks for a late worker to find something left to do.
    private const int TasksWanted = 24;

    [ThreadStatic]
    private static MatrixWorkspace? _workspace;

    /// <summary>C[M, N] (+)= op(A)[M, K] · op(B)[K, N], on all threads.</summary>
    /// <param name="transposeA">Whether A is stored as [K, M].</param>
    /// <param name="transposeB">Whether B is stored as [N, K].</param>
    /// <param name="M">Rows of C.</param>
    /// <param name="N">Columns of C.</param>
    /// <param name="K">Length of the sums.</param>
    /// <param name="A">First factor.</param>
    /// <param name="lda">Distance between the stored rows of A.</param>
    /// <param name="B">Second factor.</param>
    /// <param name="ldb">Distance between the stored rows of B.</param>
    /// <param name="C">Result.</param>
    /// <param name="ldc">Distance between the rows of C.</param>
    /// <param name="accumulate">Whether to add to C instead of overwriting it.</param>
    public static void Multiply(
        bool transposeA, bool transposeB, int M, int N, int K, float* A, nint lda, float* B, nint ldb, float* C, nint ldc, bool accumulate = false)
    {
        if (M <= 0 || N <= 0)
        {
            return;
        }

        if (K <= 0)
        {
            ClearUnless(accumulate, M, N, C, ldc);
            return;
        }

        var panels = (N + TileColumns - 1) / TileColumns;
        var blocks = (M + BlockRows - 1) / BlockRows;
        var chunks = 1;
        while (blocks * chunks < TasksWanted && panels / chunks > 8)
        {
            chunks++;
        }

        var perChunk = (panels + chunks - 1) / chunks;
        var workspace = _workspace ??= new MatrixWorkspace();
        var packedB = workspace.B((long)panels * TileColumns * Math.Min(SliceDepth, K));
        workspace.PrepareA((long)BlockRows * SliceDepth);
        for (var k = 0; k < K; k += SliceDepth)
        {
            var from = k;
            var depth = Math.Min(SliceDepth, K - k);
            WorkerPool.For(panels, (panel, _) => PackPanelB(transposeB, B, ldb, panel, N, from, depth, packedB));
            var lastBlock = workspace.LastBlock;
            lastBlock.AsSpan().Fill(-1);
            WorkerPool.For(blocks * chunks, (task, thread) =>
            {
                var block = task / chunks;
                var row = block * BlockRows;
                var rows = Math.Min(BlockRows, M - row);
                var packedA = workspace.A(thread);
                if (lastBlock[thread] != block)
                {
                    MatrixPacking.PackA(transposeA, A, lda, row, rows, from, depth, packedA);
                    lastBlock[thread] = block;
                }

                var first = task % chunks * perChunk;
                var last = Math.Min(panels, first + perChunk);
                MultiplyBlock(packedA, packedB, row, rows, first, last, N, depth, C, ldc, accumulate || from > 0);
            });
        }
    }

    /// <summary>
    /// C[M, N] (+)= A[K, M]ᵀ · B[K, N] for a K much larger than M and N, as for the gradients of weights. K is split into at most eight
    /// parts that are summed apart and then combined in order.
    /// </summary>
    public static void MultiplyTransposedSplit(
        int M, int N, int K, float* A, nint lda, float* B, nint ldb, float* C, nint ldc, bool accumulate = false)
    {
        if (M <= 0 || N <= 0)
        {
            return;
        }

        var slices = (K + SplitDepth - 1) / SplitDepth;
        var parts = Math.Min(SplitParts, slices);
        if (parts == 0)
        {
            ClearUnless(accumulate, M, N, C, ldc);
            return;
        }

        var workspace = _workspace ??= new MatrixWorkspace();
        var sums = workspace.Parts((long)parts * M * N);
        var paddedM = (M + TileRows - 1) / TileRows * TileRows;
        workspace.PrepareA((long)(paddedM + TileColumns) * SplitDepth);
        WorkerPool.For(parts, (part, thread) =>
        {
            var packedA = workspace.A(thread);
            var packedB = packedA + ((nint)paddedM * SplitDepth);
            var sum = sums + ((nint)part * M * N);
            var first = (int)((long)slices * part / parts);
            var last = (int)((long)slices * (part + 1) / parts);
            for (var slice = first; slice < last; slice++)
            {
                var k = slice * SplitDepth;
                MultiplySlice(M, N, k, Math.Min(SplitDepth, K - k), A, lda, B, ldb, sum, slice > first, packedA, packedB);
            }
        });
        WorkerPool.For((M + 7) / 8, (task, _) =>
        {
            for (var i = task * 8; i < Math.Min(M, (task * 8) + 8); i++)
            {
                AddParts(sums + ((nint)i * N), (nint)M * N, parts, C + (i * ldc), N, accumulate);
            }
        });
    }

    /// <summary>The same as <see cref="Multiply"/> on the calling thread, for small products inside a task.</summary>
    /// <param name="packA">Scratch of (M rounded up to 8) · K floats.</param>
    /// <param name="packB">Scratch of 48 · K floats.</param>
    public static void MultiplySerial(
        bool transposeA, bool transposeB, int M, int N, int K, float* A, nint lda, float* B, nint ldb, float* C, nint ldc,
        bool accumulate, float* packA, float* packB)
    {
        MatrixPacking.PackA(transposeA, A, lda, 0, M, 0, K, packA);
        for (var column = 0; column < N; column += TileColumns)
        {
            var columns = Math.Min(TileColumns, N - column);
            var width = MatrixTile.WidthFor(columns);
            MatrixPacking.PackB(transposeB, B, ldb, column, columns, width, 0, K, packB);
            MultiplyPanel(packA, packB, M, columns, width, K, C + column, ldc, accumulate);
        }
    }

    /// <summary>Packs rows [row, row + rows) × [k, k + depth) of op(A) into panels of 8 rows: 8 floats for each k, missing rows zero.</summary>
    public static void PackA(bool transpose, float* A, nint lda, int row, int rows, int k, int depth, float* packed) =>
        MatrixPacking.PackA(transpose, A, lda, row, rows, k, depth, packed);

    /// <summary>Packs columns [column, column + columns) × [k, k + depth) of op(B) into one panel of <paramref name="width"/> floats for each k, missing columns zero.</summary>
    public static void PackB(bool transpose, float* B, nint ldb, int column, int columns, int k, int depth, float* packed, int width = TileColumns) =>
        MatrixPacking.PackB(transpose, B, ldb, column, columns, width, k, depth, packed);

    /// <summary>C[8, width] (+)= the product of a packed panel of A and a packed panel of B; width is 48, 32 or 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tile(float* packedA, float* packedB, float* C, nint ldc, int depth, bool accumulate, int width = TileColumns) =>
        MatrixTile.Multiply(packedA, packedB, C, ldc, depth, accumulate, width);

    /// <summary>The readable product, summed in double precision: what the fast ones are tested against.</summary>
    public static void Reference(
        bool transposeA, bool transposeB, int M, int N, int K, float* A, nint lda, float* B, nint ldb, float* C, nint ldc, bool accumulate = false)
    {
        for (var i = 0; i < M; i++)
        {
            for (var j = 0; j < N; j++)
            {
                var sum = accumulate ? (double)C[(i * ldc) + j] : 0;
                for (var k = 0; k < K; k++)
                {
                    sum += (double)(transposeA ? A[(k * lda) + i] : A[(i * lda) + k]) * (transposeB ? B[(j * ldb) + k] : B[(k * ldb) + j]);
                }

                C[(i * ldc) + j] = (float)sum;
            }
        }
    }

    private static void PackPanelB(bool transposeB, float* B, nint ldb, int panel, int N, int k, int depth, float* packedB)
    {
        var column = panel * TileColumns;
        var columns = Math.Min(TileColumns, N - column);
        MatrixPacking.PackB(
            transposeB, B, ldb, column, columns, MatrixTile.WidthFor(columns), k, depth, packedB + ((nint)column * depth));
    }

    private static void MultiplyBlock(
        float* packedA, float* packedB, int row, int rows, int firstPanel, int lastPanel, int N, int depth, float* C, nint ldc, bool accumulate)
    {
        for (var panel = firstPanel; panel < lastPanel; panel++)
        {
            var column = panel * TileColumns;
            var columns = Math.Min(TileColumns, N - column);
            MultiplyPanel(
                packedA, packedB + ((nint)column * depth), rows, columns, MatrixTile.WidthFor(columns), depth, C + (row * ldc) + column, ldc, accumulate);
        }
    }

    private static void MultiplySlice(
        int M, int N, int k, int depth, float* A, nint lda, float* B, nint ldb, float* sum, bool accumulate, float* packedA, float* packedB)
    {
        MatrixPacking.PackA(true, A, lda, 0, M, k, depth, packedA);
        for (var column = 0; column < N; column += TileColumns)
        {
            var columns = Math.Min(TileColumns, N - column);
            var width = MatrixTile.WidthFor(columns);
            MatrixPacking.PackB(false, B, ldb, column, columns, width, k, depth, packedB);
            MultiplyPanel(packedA, packedB, M, columns, width, depth, sum + column, N, accumulate);
        }
    }

    /// <summary>
    /// All rows of a block of A times one panel of B, slice by slice of the depth (<see cref="MatrixTile.SliceDepth"/>); tiles that reach over an
    /// edge go through a buffer.
    /// </summary>
    internal static void MultiplyPanel(float* packedA, float* panel, int rows, int columns, int width, int depth, float* C, nint ldc, bool accumulate)
    {
        var edge = stackalloc float[(MatrixTile.Rows * MatrixTile.Columns) + 16];
        edge = (float*)(((nint)edge + 63) & ~63);
        var slice = MatrixTile.SliceDepth(depth);
        for (var k = 0; k < depth; k += slice)
        {
            var length = Math.Min(slice, depth - k);
            var add = accumulate || k > 0;
            for (var i = 0; i < rows; i += MatrixTile.Rows)
            {
                var height = Math.Min(MatrixTile.Rows, rows - i);
                var a = packedA + ((nint)i * depth) + (k * MatrixTile.Rows);
                var c = C + (i * ldc);
                if (height == MatrixTile.Rows && columns == width)
                {
                    MatrixTile.Multiply(a, panel + (k * width), c, ldc, length, add, width);
                    continue;
                }

                MatrixTile.Multiply(a, panel + (k * width), edge, width, length, false, width);
                CopyEdge(edge, width, c, ldc, height, columns, add);
            }
        }
    }

    private static void CopyEdge(float* edge, int width, float* c, nint ldc, int rows, int columns, bool add)
    {
        for (var r = 0; r < rows; r++)
        {
            for (var j = 0; j < columns; j++)
            {
                c[(r * ldc) + j] = (add ? c[(r * ldc) + j] : 0) + edge[(r * width) + j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddParts(float* sums, nint stride, int parts, float* c, int length, bool accumulate)
    {
        var row = new Span<float>(c, length);
        if (!accumulate)
        {
            new ReadOnlySpan<float>(sums, length).CopyTo(row);
        }

        for (var part = accumulate ? 0 : 1; part < parts; part++)
        {
            System.Numerics.Tensors.TensorPrimitives.Add(row, new ReadOnlySpan<float>(sums + (part * stride), length), row);
        }
    }

    private static void ClearUnless(bool accumulate, int M, int N, float* C, nint ldc)
    {
        for (var i = 0; !accumulate && i < M; i++)
        {
            new Span<float>(C + (i * ldc), N).Clear();
        }
    }
}
