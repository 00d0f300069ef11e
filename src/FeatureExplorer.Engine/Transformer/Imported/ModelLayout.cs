using System.Globalization;

namespace FeatureExplorer.Engine.Transformer.Imported;

/// <summary>How a kind of file holds a model: what its configuration means, and where its tensors go.</summary>
/// <param name="tensors">Its weights.</param>
internal abstract unsafe class ModelLayout(TensorSet tensors)
{
    /// <summary>Name of the family, for people.</summary>
    public abstract string Family { get; }

    /// <summary>Longest window that the model was made for, in tokens.</summary>
    public abstract int LongestContext { get; }

    /// <summary>Sizes and architecture, with the longest window.</summary>
    public abstract TransformerConfig Config { get; }

    /// <summary>What was assumed or is different from the file, in sentences.</summary>
    public virtual IEnumerable<string> Notes => tensors.Notes;

    protected TensorSet Tensors => tensors;

    /// <summary>Reads all weights into a model of <see cref="Config"/>, the window apart.</summary>
    public void Fill(TransformerModel model, CancellationToken cancellation)
    {
        FillEnds(model);
        for (var layer = 0; layer < model.Config.Layers; layer++)
        {
            cancellation.ThrowIfCancellationRequested();
            FillLayer(model, layer);
        }

        if (tensors.Unread.Take(6).ToList() is { Count: > 0 } unread)
        {
            throw new InvalidDataException($"{tensors.Path} has tensors that a model of the family {Family} does not have: {string.Join(", ", unread)}{(tensors.Unread.Count() > unread.Count ? ", ..." : "")}. It may be another kind of model, or have adapters that have to be merged first.");
        }
    }

    /// <summary>Refuses a configuration that contradicts the weights: another number of layers, of token ids or of positions, or another width.</summary>
    /// <param name="names">How the family calls them.</param>
    protected void DemandSizes(SizeNames names)
    {
        if (LayersIn(names.LayerPrefix) is > 0 and var layers && layers != Config.Layers)
        {
            throw new InvalidDataException($"{names.Source}: {names.Layers} is {Config.Layers}, and the weights in {tensors.Path} have {layers} {(layers == 1 ? "layer" : "layers")}. {Remedy}");
        }

        if (tensors.Contains(names.Embedding) && tensors.Shape(names.Embedding) is var embedding && !embedding.SequenceEqual([Config.VocabularySize, Config.DModel]))
        {
            throw new InvalidDataException(
                $"{names.Source}: {names.Vocabulary} is {Config.VocabularySize} and {names.Width} {Config.DModel}, and {names.Embedding} has the shape [{string.Join(", ", embedding)}] in {tensors.Path}. {Remedy}");
        }

        if (names.Positions is { } positions && tensors.Contains(positions) && tensors.Shape(positions) is var learned && learned is [var rows, ..] && rows < Config.Context)
        {
            throw new InvalidDataException($"{names.Source}: {names.Context} is {Config.Context}, and {positions} has the shape [{string.Join(", ", learned)}] in {tensors.Path}. {Remedy}");
        }
    }

    /// <summary>Refuses heads that do not share the width evenly.</summary>
    protected static void DemandHeads(string source, string widthName, int width, string headsName, int heads)
    {
        if (width % heads != 0)
        {
            throw new InvalidDataException($"{source}: {widthName} is {width} and {headsName} {heads}, and a width of {width} cannot be divided among {heads} heads: {widthName} has to be a multiple of {headsName}.");
        }
    }

    /// <summary>Embeddings, positions, the last norm, the unembedding.</summary>
    protected abstract void FillEnds(TransformerModel model);

    protected abstract void FillLayer(TransformerModel model, int layer);

    /// <summary>A vector or matrix as it lies in the file.</summary>
    protected void Copy(TransformerModel model, string target, string source)
    {
        var shape = model.Parameters.Items.First(item => item.Name == target).Shape;
        tensors.Read(source, model.Parameters[target], [.. shape.Select(static extent => (long)extent)]);
    }

    /// <summary>A matrix that the file has as [outputs, inputs].</summary>
    protected void Turn(TransformerModel model, string target, string source)
    {
        var shape = model.Parameters.Items.First(item => item.Name == target).Shape;
        tensors.ReadTransposed(source, model.Parameters[target], shape[0], shape[1]);
    }

    /// <summary>Gain and bias of a norm; of an RMSNorm the gain.</summary>
    protected void Norm(TransformerModel model, string target, string source)
    {
        Copy(model, target + ".weight", source + ".weight");
        if (model.Config.Architecture.Norm == NormKind.LayerNorm)
        {
            Copy(model, target + ".bias", source + ".bias");
        }
    }

    /// <summary>A bias that the file may lack: zeros then.</summary>
    protected void Bias(TransformerModel model, string target, string source)
    {
        if (tensors.Contains(source))
        {
            Copy(model, target, source);
        }
    }

    private const string Remedy = "Put the configuration and the weights of the same model together.";

    private int LayersIn(string prefix) => tensors.Names.Select(name => LayerOf(name, tensors.Prefix + prefix) + 1).DefaultIfEmpty(0).Max();

    private static int LayerOf(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.IndexOf('.', prefix.Length) is > 0 and var dot && int.TryParse(name.AsSpan(prefix.Length, dot - prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var layer)
            ? layer
            : -1;

    /// <summary>The first vectors of a matrix of learned positions, one for each position of a window.</summary>
    protected void Positions(TransformerModel model, string source)
    {
        var (positions, d) = (model.Config.Positions, model.Config.DModel);
        var shape = tensors.Shape(source);
        if (shape.Count != 2 || shape[0] < positions || shape[1] != d)
        {
            throw new InvalidDataException($"{tensors.Path}: {source} has the shape [{string.Join(", ", shape)}]; [{positions} or more, {d}] is needed.");
        }

        using var all = new Numerics.FloatBuffer(shape[0] * d);
        tensors.Read(source, all.Pointer, shape[0], d);
        all.Span(0, positions * d).CopyTo(model.Parameters.Span("wpe.weight"));
    }
}
