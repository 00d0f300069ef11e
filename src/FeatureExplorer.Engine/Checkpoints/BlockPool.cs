namespace FeatureExplorer.Engine.Checkpoints;

/// <summary>Bounds the memory that blocks of all files take together. The first to go are those that nobody has used since they came or were last passed over.</summary>
internal static class BlockPool
{
    private const long Most = 96L << 20;

    private static readonly Lock Gate = new();
    private static readonly Queue<(CheckedFile File, int Number, int Bytes)> Order = new();
    private static long _bytes;

    /// <summary>Enters a block that has just been read.</summary>
    public static void Add(CheckedFile file, int number, int bytes)
    {
        lock (Gate)
        {
            Order.Enqueue((file, number, bytes));
            _bytes += bytes;
            while (_bytes > Most)
            {
                var oldest = Order.Dequeue();
                if (oldest.File.Forget(oldest.Number))
                {
                    _bytes -= oldest.Bytes;
                }
                else
                {
                    Order.Enqueue(oldest);
                }
            }
        }
    }
}
