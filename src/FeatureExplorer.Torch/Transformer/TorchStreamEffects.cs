using FeatureExplorer.Engine.Backends.Edits;
using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Transformer;

/// <summary>Losses and logits with and without directions of the residual stream; tensors belong to the caller's scope.</summary>
/// <param name="model">The model.</param>
/// <param name="stream">[rows, d_model].</param>
/// <param name="directions">[directions, d_model].</param>
/// <param name="named">Tokens that may be listed.</param>
internal sealed unsafe class TorchStreamEffects(TorchModel model, Tensor stream, Tensor directions, int[] named)
{
    private readonly Tensor _named = TorchMemory.Upload(named, model.Device);

    /// <summary>The effects of some edits: so many rows of logits with the edit, and one without for each row of the stream, fit into the device's memory.</summary>
    public StreamEffect[] Of(ReadOnlySpan<StreamEdit> edits)
    {
        using var scope = NewDisposeScope();
        var (rows, places) = Rows(edits);
        var original = model.ExactLogits(model.FinalNorm(stream.index_select(0, Upload(rows))));
        var place = Upload(places);
        var edited = model.ExactLogits(model.FinalNorm(Edited(edits)));
        var targets = Upload(Select(edits, static edit => edit.Target)).unsqueeze(1);
        var without = Losses(original.index_select(0, place), targets);
        var loss = TorchMemory.Floats(Losses(edited, targets).add_(without, Scalars.MinusOne));
        int[] wanted = [.. Enumerable.Range(0, edits.Length).Where(Wanted(edits))];
        var (lowered, raised) = wanted.Length > 0 && named.Length > 0 ? Changes(edited, original, place, wanted) : ([], []);
        var effects = new StreamEffect[edits.Length];
        for (var i = 0; i < effects.Length; i++)
        {
            effects[i] = new StreamEffect(loss[i], [], []);
        }

        for (var i = 0; i < lowered.Length; i++)
        {
            effects[wanted[i]] = effects[wanted[i]] with { Lowered = lowered[i], Raised = raised[i] };
        }

        return effects;
    }

    /// <summary>The rows that are edited, and the place of each edit's row among them.</summary>
    private static (int[] Rows, int[] Places) Rows(ReadOnlySpan<StreamEdit> edits)
    {
        var rows = new List<int>();
        var places = new int[edits.Length];
        for (var i = 0; i < edits.Length; i++)
        {
            if (rows.Count == 0 || rows[^1] != edits[i].Row)
            {
                rows.Add(edits[i].Row);
            }

            places[i] = rows.Count - 1;
        }

        return ([.. rows], places);
    }

    private static Func<int, bool> Wanted(ReadOnlySpan<StreamEdit> edits)
    {
        var wanted = new bool[edits.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            wanted[i] = edits[i].Named;
        }

        return i => wanted[i];
    }

    private static int[] Select(ReadOnlySpan<StreamEdit> edits, Func<StreamEdit, int> figure)
    {
        var figures = new int[edits.Length];
        for (var i = 0; i < figures.Length; i++)
        {
            figures[i] = figure(edits[i]);
        }

        return figures;
    }

    private static Tensor Losses(Tensor logits, Tensor targets) => logits.log_softmax(1).gather(1, targets).squeeze(1).neg();

    private Tensor Edited(ReadOnlySpan<StreamEdit> edits)
    {
        var strengths = new float[edits.Length];
        for (var i = 0; i < strengths.Length; i++)
        {
            strengths[i] = edits[i].Strength;
        }

        fixed (float* values = strengths)
        {
            var strength = TorchMemory.Upload(values, model.Device, strengths.Length, 1);
            var direction = directions.index_select(0, Upload(Select(edits, static edit => edit.Direction)));
            return stream.index_select(0, Upload(Select(edits, static edit => edit.Row))).add_(direction.mul_(strength), Scalars.One);
        }
    }

    private (LogitChange[][] Lowered, LogitChange[][] Raised) Changes(Tensor edited, Tensor original, Tensor place, int[] wanted)
    {
        var chosen = Upload(wanted);
        var changes = edited.index_select(0, chosen).add_(original.index_select(0, place.index_select(0, chosen)), Scalars.MinusOne).index_select(1, _named);
        return (Strongest(changes, largest: false), Strongest(changes, largest: true));
    }

    private LogitChange[][] Strongest(Tensor changes, bool largest)
    {
        var listed = Math.Min(StreamEffect.Listed, named.Length);
        var (values, places) = changes.topk(listed, 1, largest, sorted: true);
        var (change, place) = (TorchMemory.Floats(values), TorchMemory.Integers(places));
        return
        [
            .. Enumerable.Range(0, change.Length / listed).Select(row =>
                Enumerable.Range(row * listed, listed).Select(at => new LogitChange(named[place[at]], change[at])).ToArray()),
        ];
    }

    private Tensor Upload(ReadOnlySpan<int> indices) => TorchMemory.Upload(indices, model.Device);
}
