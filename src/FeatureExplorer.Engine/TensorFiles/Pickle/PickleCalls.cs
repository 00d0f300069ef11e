namespace FeatureExplorer.Engine.TensorFiles.Pickle;

/// <summary>The names that may stand in a pickle, and what they give. There is no other way from a name in a file to anything.</summary>
internal static class PickleCalls
{
    private static readonly Dictionary<string, ElementType> Storages = new(StringComparer.Ordinal)
    {
        ["torch.FloatStorage"] = ElementType.F32,
        ["torch.HalfStorage"] = ElementType.F16,
        ["torch.BFloat16Storage"] = ElementType.BF16,
        ["torch.DoubleStorage"] = ElementType.F64,
        ["torch.CharStorage"] = ElementType.I8,
        ["torch.ShortStorage"] = ElementType.I16,
        ["torch.IntStorage"] = ElementType.I32,
        ["torch.LongStorage"] = ElementType.I64,
        ["torch.ByteStorage"] = ElementType.U8,
        ["torch.BoolStorage"] = ElementType.Bool,
    };

    private static readonly HashSet<string> Types = [.. new[] { "float32", "float", "float16", "half", "bfloat16", "float64", "double", "int8", "int16", "short", "int32", "int", "int64", "long", "uint8", "bool" }.Select(static name => $"torch.{name}")];

    private static readonly HashSet<string> Functions =
    [
        "collections.OrderedDict", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter", "torch.Size", "torch.device",
        "builtins.set", "__builtin__.set",
    ];

    /// <summary>Classes whose fields are read: the state of ai-safety-foundation's library, a pydantic model.</summary>
    private static readonly HashSet<string> Records =
    [
        "sparse_autoencoder.autoencoder.model.SparseAutoencoderState", "sparse_autoencoder.autoencoder.model.SparseAutoencoderConfig",
    ];

    /// <summary>A name that may stand in a pickle; that of a type of elements is a value by itself, "torch.float32".</summary>
    /// <exception cref="PickleException">It may not.</exception>
    public static object Allowed(PickleGlobal global)
    {
        var name = global.ToString();
        return Types.Contains(name) ? name
            : Storages.ContainsKey(name) || Functions.Contains(name) || Records.Contains(name) ? global
            : throw new PickleException($"its pickle asks for {name}, which could run code or is none of the parts of a tensor. Load it in PyTorch and save the tensors alone: torch.save({{name: tensor, ...}}, file)");
    }

    /// <summary>What a call gives.</summary>
    public static object Reduce(PickleGlobal function, object?[] arguments) => (function.ToString(), arguments) switch
    {
        ("collections.OrderedDict", []) => new PickleDictionary(),
        ("collections.OrderedDict", [List<object?> pairs]) => Dictionary(pairs),
        ("torch._utils._rebuild_tensor", [TorchStorage storage, long offset, object?[] shape, object?[] strides]) => Tensor(storage, offset, shape, strides),
        ("torch._utils._rebuild_tensor_v2", [TorchStorage storage, long offset, object?[] shape, object?[] strides, bool, ..]) => Tensor(storage, offset, shape, strides),
        ("torch._utils._rebuild_parameter", [TorchTensor tensor, ..]) => tensor,
        ("torch.Size", [object?[] shape]) => shape,
        ("torch.device", [string type]) => type,
        ("torch.device", [string type, long place]) => $"{type}:{place}",
        ("builtins.set" or "__builtin__.set", []) => new List<object?>(),
        ("builtins.set" or "__builtin__.set", [List<object?> items]) => items,
        _ => throw new PickleException($"its pickle calls {function} with {arguments.Length} values that do not fit it"),
    };

    /// <summary>A new object of a class.</summary>
    public static object Create(PickleGlobal type, object?[] arguments) => (type.ToString(), arguments) switch
    {
        ("collections.OrderedDict", []) => new PickleDictionary(),
        (var name, []) when Records.Contains(name) => new PickleObject(),
        _ => throw new PickleException($"its pickle makes an object of {type}, which is none of the parts of a tensor"),
    };

    /// <summary>The fields of an object; of a dictionary they say nothing about its entries (PyTorch notes versions of its modules there).</summary>
    public static void SetState(object? target, object? state)
    {
        if (target is PickleObject record && state is PickleDictionary fields)
        {
            record.Fields = fields.Entries.FirstOrDefault(static entry => entry.Key is "__dict__").Value as PickleDictionary ?? fields;
        }
        else if (target is not PickleDictionary)
        {
            throw new PickleException("its pickle gives a state to what has none");
        }
    }

    /// <summary>The storage that a persistent id stands for: ("storage", type, key, location, number of elements).</summary>
    public static TorchStorage Storage(object? id) => id is object?[] and ["storage", PickleGlobal type, string key, string, long count] && Storages.TryGetValue(type.ToString(), out var element) && count >= 0
        ? new TorchStorage(element, key, count)
        : throw new PickleException("its pickle refers to something outside it that is no storage of a tensor");

    private static PickleDictionary Dictionary(List<object?> pairs)
    {
        var dictionary = new PickleDictionary();
        foreach (var pair in pairs)
        {
            if (pair is not (List<object?> { Count: 2 } or object?[] { Length: 2 }) || pair is not IList<object?> both || both[0] is not (string or long))
            {
                throw new PickleException("its pickle has an ordered dictionary of something else than keys and values");
            }

            dictionary.Set(both[0]!, both[1]);
        }

        return dictionary;
    }

    private static TorchTensor Tensor(TorchStorage storage, long offset, object?[] shape, object?[] strides)
    {
        var (extents, steps) = (Numbers(shape), Numbers(strides));
        if (extents.Length != steps.Length || offset < 0)
        {
            throw new PickleException($"its pickle has a tensor of {extents.Length} dimensions with {steps.Length} strides");
        }

        try
        {
            var empty = extents.Contains(0);
            var last = offset + extents.Zip(steps, static (extent, step) => checked((extent - 1) * step)).Aggregate(0L, static (sum, next) => checked(sum + next));
            _ = extents.Aggregate(1L, static (product, extent) => checked(product * extent));
            return empty || last < storage.Count
                ? new TorchTensor(storage, offset, extents, steps)
                : throw new PickleException($"its pickle has a tensor [{string.Join(", ", extents)}] that reaches to element {last} of a storage of {storage.Count}");
        }
        catch (OverflowException)
        {
            throw new PickleException($"its pickle has a tensor of the impossible shape [{string.Join(", ", extents)}]");
        }
    }

    private static long[] Numbers(object?[] values) =>
        [.. values.Select(static value => value is long and >= 0 and var number ? (long)number : throw new PickleException("its pickle has a tensor whose shape is not of whole numbers"))];
}
