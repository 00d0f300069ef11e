using FeatureExplorer.Engine.Numerics;

namespace FeatureExplorer.Engine.Transformer.Training;

/// <summary>
/// The order in which training goes through the windows of a stream: random, every window once before any comes again, another order
/// each epoch. A function of the seed and the place alone, so that a resumed run goes on as if it had not stopped.
/// </summary>
internal sealed class WindowOrder(ulong seed, int windows)
{
    private readonly int[] _order = new int[windows];
    private long _epoch = -1;

    /// <summary>The window at a place counted from the start of the run.</summary>
    public int this[long place]
    {
        get
        {
            var epoch = place / windows;
            if (epoch != _epoch)
            {
                for (var i = 0; i < windows; i++)
                {
                    _order[i] = i;
                }
                new CounterRandom(seed, (ulong)epoch).Stream("windows").Shuffle<int>(_order);
                _epoch = epoch;
            }
            return _order[place % windows];
        }
    }
}
