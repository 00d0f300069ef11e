using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace FeatureExplorer.Engine.TensorFiles.Pickle;

/// <summary>
/// Reads a pickle of protocol 2 as <c>torch.save</c> writes it (PyTorch, <c>torch/_weights_only_unpickler.py</c>, whose opcodes these are): it builds dictionaries, lists, tuples, texts,
/// numbers and descriptions of tensors, and nothing else. No name in the file is ever looked up or called: <see cref="PickleCalls"/> knows the few that have a meaning.
/// </summary>
internal ref struct PickleReader
{
    // More than any training's state has.
    private const int MostObjects = 5_000_000;
    private const int Protocol = 2;
    private const int LongestName = 200;

    private static readonly object Mark = new();

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memo = [];
    private int _at;

    private PickleReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>What the pickle holds: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, a list, an array (a tuple), <see cref="PickleDictionary"/>,
    /// <see cref="PickleObject"/>, <see cref="TorchTensor"/>.</summary>
    /// <exception cref="PickleException">It is damaged, or holds anything else.</exception>
    public static object? Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new PickleReader(bytes);
        return reader.Run();
    }

    private object? Run()
    {
        for (var objects = 0; ; objects++)
        {
            var opcode = Take(1)[0];
            if (opcode == '.')
            {
                return _stack.Count == 1 ? Pop() : throw new PickleException($"its pickle ends with {_stack.Count} values where one is needed");
            }

            if (objects > MostObjects)
            {
                throw new PickleException($"its pickle makes more than {MostObjects} values");
            }

            Do(opcode);
        }
    }

    private void Do(byte opcode)
    {
        if (!Scalar(opcode) && !Container(opcode) && !Memo(opcode))
        {
            Call(opcode);
        }
    }

    private bool Scalar(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'N': _stack.Add(null); break;
            case 0x88: _stack.Add(true); break;
            case 0x89: _stack.Add(false); break;
            case (byte)'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case (byte)'K': _stack.Add((long)Take(1)[0]); break;
            case (byte)'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 0x8a: AddWhole(Take(Take(1)[0])); break;
            case (byte)'G': _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'X': _stack.Add(Encoding.UTF8.GetString(Take(Count(4)))); break;
            case (byte)'U': _stack.Add(Encoding.Latin1.GetString(Take(Take(1)[0]))); break;
            default: return false;
        }

        return true;
    }

    private bool Container(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(': _stack.Add(Mark); break;
            case (byte)'}': _stack.Add(new PickleDictionary()); break;
            case (byte)']' or 0x8f: _stack.Add(new List<object?>()); break;
            case (byte)')': _stack.Add(Array.Empty<object?>()); break;
            case (byte)'t': _stack.Add(SinceMark()); break;
            case >= 0x85 and <= 0x87: _stack.Add(Last(opcode - 0x84)); break;
            case (byte)'a': Append(Last(1)); break;
            case (byte)'e': Append(SinceMark()); break;
            case (byte)'s': Set(Last(2)); break;
            case (byte)'u': Set(SinceMark()); break;
            default: return false;
        }

        return true;
    }

    private bool Memo(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'q': _memo[Take(1)[0]] = Peek(); break;
            case (byte)'r': _memo[Count(4)] = Peek(); break;
            case (byte)'h': _stack.Add(Recall(Take(1)[0])); break;
            case (byte)'j': _stack.Add(Recall(Count(4))); break;
            case 0x80:
                if (Take(1)[0] is var protocol and not Protocol)
                {
                    throw new PickleException($"its pickle is of protocol {protocol}; torch.save writes protocol {Protocol} unless told otherwise");
                }

                break;
            default: return false;
        }

        return true;
    }

    private void Call(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c':
                _stack.Add(PickleCalls.Allowed(new PickleGlobal(Line(), Line())));
                break;
            case (byte)'R':
                var (function, arguments) = (Last(2) is [PickleGlobal called, object?[] given] ? (called, given) : throw Malformed("a call"));
                _stack.Add(PickleCalls.Reduce(function, arguments));
                break;
            case 0x81:
                _stack.Add(Last(2) is [PickleGlobal type, object?[] parts] ? PickleCalls.Create(type, parts) : throw Malformed("a new object"));
                break;
            case (byte)'b':
                var state = Pop();
                PickleCalls.SetState(Peek(), state);
                break;
            case (byte)'Q':
                _stack.Add(PickleCalls.Storage(Pop()));
                break;
            default:
                throw new PickleException($"its pickle has the instruction 0x{opcode:x2} at byte {_at - 1}, which files of tensors do not need");
        }
    }

    private readonly void Append(object?[] items)
    {
        if (Peek() is not List<object?> list)
        {
            throw Malformed("a list");
        }

        list.AddRange(items);
    }

    private readonly void Set(object?[] items)
    {
        if (Peek() is not PickleDictionary dictionary || items.Length % 2 != 0)
        {
            throw Malformed("a dictionary");
        }

        for (var i = 0; i < items.Length; i += 2)
        {
            dictionary.Set(items[i] is string or long or bool or double ? items[i]! : throw new PickleException("its pickle has a dictionary whose keys are neither texts nor numbers"), items[i + 1]);
        }
    }

    private readonly object?[] SinceMark()
    {
        var mark = _stack.LastIndexOf(Mark);
        if (mark < 0)
        {
            throw Malformed("a mark");
        }

        var items = _stack.GetRange(mark + 1, _stack.Count - mark - 1).ToArray();
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private readonly object?[] Last(int count)
    {
        var items = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            items[i] = Pop();
        }

        return items;
    }

    private readonly object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private readonly object? Peek() => _stack.Count > 0 && _stack[^1] != Mark ? _stack[^1] : throw Malformed("a value");

    private readonly object? Recall(int place) => _memo.TryGetValue(place, out var value) ? value : throw Malformed($"value {place} of its memory");

    private readonly void AddWhole(ReadOnlySpan<byte> bytes)
    {
        var value = new BigInteger(bytes);
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            _stack.Add((long)value);
        }
        else
        {
            _stack.Add((double)value);
        }
    }

    private int Count(int bytes) => BinaryPrimitives.ReadInt32LittleEndian(Take(bytes)) is >= 0 and var count ? count : throw Malformed("a length");

    private string Line()
    {
        var length = _bytes[_at..].IndexOf((byte)'\n');
        if (length is < 0 or > LongestName)
        {
            throw Malformed("a name");
        }

        var line = Encoding.UTF8.GetString(_bytes.Slice(_at, length));
        _at += length + 1;
        return line;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_bytes.Length - _at < count)
        {
            throw new PickleException(string.Create(CultureInfo.InvariantCulture, $"its pickle ends at byte {_bytes.Length} inside a value"));
        }

        _at += count;
        return _bytes.Slice(_at - count, count);
    }

    private readonly PickleException Malformed(string what) => new($"its pickle is damaged before byte {_at}, where {what} is needed");
}
