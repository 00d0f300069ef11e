using FeatureExplorer.Engine.Numerics;
using static TorchSharp.torch;

namespace FeatureExplorer.Torch.Library;

/// <summary>The engine's <see cref="Adam"/> in in-place operations, in the same order of arithmetic. torch.optim.Adam has no rows of length 1 and another ε.</summary>
internal static class TorchAdam
{
    /// <summary>One step on parameters p with gradient g and moments m and v.</summary>
    public static void Step(Tensor p, Tensor g, Tensor m, Tensor v, AdamSettings settings, long step, float gradientScale = 1)
    {
        var c = Adam.Constants.Of(settings, step);
        m.mul_(Scalars.Of(settings.Beta1)).add_(g, alpha: Scalars.Of((1 - settings.Beta1) * gradientScale));
        v.mul_(Scalars.Of(settings.Beta2)).addcmul_(g, g, value: Scalars.Of((1 - settings.Beta2) * gradientScale * gradientScale));
        using var denominator = v.sqrt();
        denominator.mul_(Scalars.Of(c.Root)).add_(Scalars.Of(settings.Epsilon), Scalars.One);
        if (c.Keep != 1)
        {
            p.mul_(Scalars.Of(c.Keep));
        }

        p.addcdiv_(m, denominator, value: Scalars.Of(-c.Rate));
    }

    /// <summary>Length of each row, [rows]. TorchSharp's own norm passes a number that the collector may free meanwhile (<see cref="Scalars"/>).</summary>
    public static Tensor Norms(Tensor rows)
    {
        using var scope = NewDisposeScope();
        return rows.mul(rows).sum(dim: 1).sqrt_().MoveToOuterDisposeScope();
    }

    /// <summary>For rows of length 1: the part of the gradient along the row goes first, and the row ends with length 1. Changes the gradient.</summary>
    public static void StepUnitRows(Tensor p, Tensor g, Tensor m, Tensor v, AdamSettings settings, long step)
    {
        using (var scope = NewDisposeScope())
        {
            g.addcmul_(mul(g, p).sum(dim: 1, keepdim: true), p, value: Scalars.Of(-1));
        }

        Step(p, g, m, v, settings, step);
        using var norms = Norms(p);
        p.div_(norms.unsqueeze(1));
    }
}
