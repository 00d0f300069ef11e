using FeatureExplorer.Torch.Library;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Dictionaries;

/// <summary>One part of a batch.</summary>
internal sealed unsafe partial class TorchDictionaryStep
{
    /// <summary>Adds a part's losses and gradients. R = ∂L/∂x̂ = 2 (x̂ − x) / (n · batch), without n where the variant sums squares; each nested dictionary has one.</summary>
    /// <param name="x">x̄ [part, n]: scaled, and less b_dec where the variant's encoder takes it off.</param>
    /// <param name="batch">The whole.</param>
    private void AddPart(Tensor x, TorchBatch batch)
    {
        var (p, g) = (Parameters, Gradients);
        var pre = PreActivations(x);
        var candidates = batch.Dead is null ? null : pre.index_select(1, batch.Dead);
        var (f, penalty) = _kernel.Activate(pre);
        var active = f.gt(Scalars.Zero);
        _fired.add_(active.sum(dim: 0, type: int32), Scalars.One);
        batch.Activations.add_(f.sum(dim: 0), Scalars.One);
        batch.Totals.select(0, TorchBatch.Penalties).add_(penalty, Scalars.One);

        var errorScale = _variant.SumsSquares ? 2f / batch.Rows : 2f / ((float)_n * batch.Rows);
        var errors = Errors(f, x, batch);
        var auxiliary = candidates is null ? null : Teach(candidates, errors[^1], errorScale, batch);
        var dots = Decode(f, errors, errorScale);
        var secondDots = _kernel.Second(pre) is { } second ? SecondDots(second, x, errorScale, batch) : null;

        var delta = _kernel.Backward(pre, f, active, dots, secondDots, batch.Lambda / batch.Rows, g);
        if (auxiliary is not null)
        {
            delta.index_add_(1, batch.Dead!, auxiliary, Scalars.One);
        }

        _products.Add(g.WEnc, delta.t(), x);
        batch.Delta.add_(delta.sum(dim: 0), Scalars.One);
    }

    /// <summary>x̂ − x of each nested dictionary, and the sums of their squares.</summary>
    private Tensor[] Errors(Tensor f, Tensor x, TorchBatch batch)
    {
        var errors = new Tensor[_prefixEnds.Length];
        var offset = _variant.CentresInput ? x.neg() : Parameters.BDec.add(x, Scalars.MinusOne);
        for (var (prefix, from) = (0, 0); prefix < errors.Length; from = _prefixEnds[prefix], prefix++)
        {
            var count = _prefixEnds[prefix] - from;
            errors[prefix] = _products.Multiply(f.narrow(1, from, count), Parameters.WDec.narrow(0, from, count)).add_(prefix == 0 ? offset : errors[prefix - 1], Scalars.One);
            var squares = errors[prefix].mul(errors[prefix]).sum();
            batch.Totals.select(0, TorchBatch.Errors).add_(squares, Scalars.One);
            if (prefix == errors.Length - 1)
            {
                batch.Totals.select(0, TorchBatch.Squares).add_(squares, Scalars.One);
            }
        }

        return errors;
    }

    /// <summary>The gradients of W_dec and of b_dec as output bias; R · d of every feature, R being the sum over the nested dictionaries that hold it. Errors become R.</summary>
    private Tensor Decode(Tensor f, Tensor[] errors, float errorScale)
    {
        var (p, g) = (Parameters, Gradients);
        var dots = errors.Length == 1 ? null : empty_like(f);
        for (var prefix = errors.Length - 1; prefix >= 0; prefix--)
        {
            var residual = errors[prefix].mul_(Scalars.Of(errorScale));
            g.BDec.add_(residual.sum(dim: 0), Scalars.One);
            if (prefix < errors.Length - 1)
            {
                residual.add_(errors[prefix + 1], Scalars.One);
            }

            var from = prefix == 0 ? 0 : _prefixEnds[prefix - 1];
            var count = _prefixEnds[prefix] - from;
            _products.Add(g.WDec.narrow(0, from, count), f.narrow(1, from, count).t(), residual);
            var some = _products.Multiply(residual, p.WDec.narrow(0, from, count).t());
            if (dots is null)
            {
                return some;
            }

            dots.narrow(1, from, count).copy_(some);
        }

        return dots!;
    }

    /// <summary>R · d of the second x̂, with the decoder held fixed, and its square error.</summary>
    private Tensor SecondDots(Tensor second, Tensor x, float errorScale, TorchBatch batch)
    {
        var error = _products.Multiply(second, Parameters.WDec).add_(x, Scalars.MinusOne);
        batch.Totals.select(0, TorchBatch.Auxiliary).add_(error.mul(error).sum(), Scalars.One);
        return _products.Multiply(error.mul_(Scalars.Of(errorScale)), Parameters.WDec.t());
    }

    /// <summary>
    /// AuxK: of the dead features, the largest pre-activations of each row reconstruct e = x − x̂, which is held fixed. Adds to the gradient of W_dec; returns the
    /// δ of the dead features, [part, dead].
    /// </summary>
    private Tensor Teach(Tensor candidates, Tensor error, float errorScale, TorchBatch batch)
    {
        var dead = batch.Dead!;
        var directions = Parameters.WDec.index_select(0, dead);
        var a = TorchVariant.Largest(candidates, Math.Min(_variant.DeadPerRow(_n), (int)dead.shape[0]));
        var wrong = _products.Multiply(a, directions).add_(error, Scalars.One); // ê − e
        batch.Totals.select(0, TorchBatch.Auxiliary).add_(wrong.mul(wrong).sum(), Scalars.One);
        var s = wrong.mul_(Scalars.Of(_variant.AuxiliaryWeight * errorScale));
        Gradients.WDec.index_add_(0, dead, _products.Multiply(a.t(), s), Scalars.One);
        return _products.Multiply(s, directions.t()).masked_fill_(a.le(Scalars.Zero), Scalars.Zero);
    }
}
