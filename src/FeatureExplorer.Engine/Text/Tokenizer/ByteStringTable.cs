using System.Buffers.Binary;
using System.Numerics;

namespace FeatureExplorer.Engine.Text.Tokenizer;

/// <summary>Numbers distinct byte strings 0, 1, 2 … in the order in which they are first seen. Keys lie end to end in one array.</summary>
internal sealed class ByteStringTable
{
    private const int FirstSlots = 1 << 12;

    private byte[] _bytes = new byte[1 << 15];
    private int[] _starts = new int[(FirstSlots / 2) + 1];
    private uint[] _hashes = new uint[FirstSlots / 2];
    private int[] _slots = new int[FirstSlots]; // index + 1; 0 is free

    public int Count { get; private set; }

    /// <summary>Bytes of all keys together.</summary>
    public int ByteCount => _starts[Count];

    public ReadOnlySpan<byte> Key(int index) => _bytes.AsSpan(_starts[index], _starts[index + 1] - _starts[index]);

    public int FindOrAdd(ReadOnlySpan<byte> key, out bool added)
    {
        var hash = Hash(key);
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var index = _slots[slot] - 1;
            if (_hashes[index] == hash && Key(index).SequenceEqual(key))
            {
                added = false;
                return index;
            }
        }

        added = true;
        _slots[slot] = Count + 1;
        return Append(key, hash);
    }

    /// <summary>The number of a key that has been added, or −1.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        var hash = Hash(key);
        var mask = _slots.Length - 1;
        for (var slot = (int)hash & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var index = _slots[slot] - 1;
            if (_hashes[index] == hash && Key(index).SequenceEqual(key))
            {
                return index;
            }
        }

        return -1;
    }

    public void Clear()
    {
        Count = 0;
        Array.Clear(_slots);
    }

    private int Append(ReadOnlySpan<byte> key, uint hash)
    {
        var start = ByteCount;
        var end = checked(start + key.Length);
        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, _bytes.Length * 2L)));
        }

        key.CopyTo(_bytes.AsSpan(start));
        _hashes[Count] = hash;
        _starts[++Count] = end;
        if (Count == _hashes.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    private void Grow()
    {
        Array.Resize(ref _hashes, _hashes.Length * 2);
        Array.Resize(ref _starts, _hashes.Length + 1);
        _slots = new int[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var index = 0; index < Count; index++)
        {
            var slot = (int)_hashes[index] & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = index + 1;
        }
    }

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        var hash = (ulong)key.Length * 0x9E3779B97F4A7C15;
        while (key.Length >= 8)
        {
            hash = BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(key)) * 0xBF58476D1CE4E5B9, 29);
            key = key[8..];
        }

        var tail = 0UL;
        foreach (var value in key)
        {
            tail = (tail << 8) | value;
        }

        hash = (hash ^ tail) * 0x94D049BB133111EB;
        return (uint)(hash ^ (hash >> 32));
    }
}
