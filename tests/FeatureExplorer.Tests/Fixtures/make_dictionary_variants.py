"""Writes dictionary-variants.safetensors: three training steps of a small dictionary of every variant but paper-2023 (which has
make_dictionary_step.py), by PyTorch's autograd and Adam in double precision, each variant written out as its source defines it.

usage: python3 make_dictionary_variants.py [output]      (needs PyTorch, any version)
Tensors of variant v: v.x [3, batch, n]; the parameters before (v.start.*) and after steps 1 and 3 (v.step1.*, v.step3.*); the gradients of step 1
as the loss gives them (v.gradient.*: before clipping, and before the part parallel to the decoder rows is removed);
v.losses [3, 5] (mse, reconstruction, sparsity, auxiliary, active entries); v.selected [3] (the smallest activation of the batch, batchtopk and matryoshka).
W_enc and W_dec are both [m, n]. Every second feature counts as dead for the TopK kinds.
"""
import json, struct, sys
import torch

n, m, batch, lr, k, aux_k, alpha = 24, 70, 50, 1e-3, 6, 5, 1 / 32
bandwidth, prefixes = 0.6, (5, 17, 70)
torch.set_default_dtype(torch.float64)
rounded = lambda t: t.float().double()  # what float32 can hold: both sides start from the same numbers
unit = lambda t: t / t.norm(dim=1, keepdim=True)
tensors = {}


class Rectangle(torch.autograd.Function):
    """H(p - theta), with the pseudo-derivative -1/eps inside the rectangle for theta and none for p (Rajamanoharan et al. 2024)."""

    @staticmethod
    def forward(ctx, p, theta):
        ctx.save_for_backward(p, theta)
        return (p > theta).double()

    @staticmethod
    def backward(ctx, gradient):
        p, theta = ctx.saved_tensors
        near = ((p - theta).abs() < bandwidth / 2).double()
        return None, (-near / bandwidth * gradient).sum(dim=0)


class JumpRelu(torch.autograd.Function):
    """p H(p - theta), with the derivative H for p and the pseudo-derivative -theta/eps inside the rectangle for theta."""

    @staticmethod
    def forward(ctx, p, theta):
        ctx.save_for_backward(p, theta)
        return p * (p > theta)

    @staticmethod
    def backward(ctx, gradient):
        p, theta = ctx.saved_tensors
        near = ((p - theta).abs() < bandwidth / 2).double()
        return (p > theta) * gradient, (-theta / bandwidth * near * gradient).sum(dim=0)


def top_of_rows(p, count):
    values, places = torch.relu(p).topk(count, dim=1)
    return torch.zeros_like(p).scatter(1, places, values)


def top_of_batch(p, count):
    values, places = torch.relu(p).flatten().topk(count)
    return torch.zeros(p.numel()).scatter(0, places, values).reshape(p.shape)


def auxiliary(P, x, x_hat, pre):
    dead = torch.arange(m) % 2 == 0
    a = top_of_rows(pre.masked_fill(~dead, -1e9), aux_k)
    return alpha * (((x - x_hat).detach() - a @ P["W_dec"]) ** 2).mean(dim=1).mean()


def loss_of(variant, P, x, lam):
    """(mse, reconstruction, sparsity, auxiliary, f, smallest selected activation)"""
    zero = torch.tensor(0.0)
    mean_square = lambda x_hat: ((x - x_hat) ** 2).mean(dim=1).mean()
    if variant == "april-2024":
        f = torch.relu(x @ P["W_enc"].T + P["b_enc"])
        x_hat = f @ P["W_dec"] + P["b_dec"]
        return mean_square(x_hat), ((x - x_hat) ** 2).sum(dim=1).mean(), lam * (f * P["W_dec"].norm(dim=1)).sum(dim=1).mean(), zero, f, zero
    if variant == "jumprelu":
        pre, theta = x @ P["W_enc"].T + P["b_enc"], P["log_threshold"].exp()
        f = JumpRelu.apply(pre, theta)
        x_hat = f @ P["W_dec"] + P["b_dec"]
        return mean_square(x_hat), mean_square(x_hat), lam * Rectangle.apply(pre, theta).sum(dim=1).mean(), zero, f, zero
    u = (x - P["b_dec"]) @ P["W_enc"].T
    if variant == "gated":
        gate = u + P["b_enc"]
        f = (gate > 0) * torch.relu(u * P["r_mag"].exp() + P["b_mag"])
        x_hat = f @ P["W_dec"] + P["b_dec"]
        frozen = torch.relu(gate) @ P["W_dec"].detach() + P["b_dec"].detach()
        return mean_square(x_hat), mean_square(x_hat), lam * torch.relu(gate).sum(dim=1).mean(), mean_square(frozen), f, zero
    pre = u + P["b_enc"]
    f = top_of_rows(pre, k) if variant == "topk" else top_of_batch(pre, k * batch)
    x_hat = f @ P["W_dec"] + P["b_dec"]
    reconstruction = mean_square(x_hat)
    if variant == "matryoshka":
        reconstruction = sum(mean_square(f[:, :end] @ P["W_dec"][:end] + P["b_dec"]) for end in prefixes)
    return mean_square(x_hat), reconstruction, zero, auxiliary(P, x, x_hat, pre), f, f[f > 0].min()


def train(variant, lam, beta1=0.9, extras=(), unit_decoder=True, clip=None, seed=0):
    torch.manual_seed(seed)
    x = rounded(torch.randn(3, batch, n) + 0.5)
    P = {
        "W_enc": rounded((torch.rand(m, n) * 2 - 1) / n ** 0.5),
        "b_enc": rounded((torch.rand(m) * 2 - 1) / n ** 0.5),
        "W_dec": rounded(unit(torch.randn(m, n)) * (1 if unit_decoder else 0.3 + torch.rand(m, 1))),
        "b_dec": rounded(torch.randn(n) * 0.3 + 0.5),
    }
    for name in extras:
        P[name] = rounded({"log_threshold": torch.log(0.2 + 0.4 * torch.rand(m)), "r_mag": 0.3 * torch.randn(m), "b_mag": 0.2 * torch.randn(m)}[name])
    P = {name: torch.nn.Parameter(value) for name, value in P.items()}
    optimizer = torch.optim.Adam(P.values(), lr=lr, betas=(beta1, 0.999), eps=1e-8)
    keep = lambda prefix, values: tensors.update({f"{variant}.{prefix}.{name}": value.detach().clone() for name, value in values.items()})
    tensors[f"{variant}.x"] = x
    keep("start", P)
    losses, selected = [], []
    for step in range(3):
        optimizer.zero_grad()
        mse, reconstruction, sparsity, aux, f, least = loss_of(variant, P, x[step], lam)
        (reconstruction + sparsity + aux).backward()
        losses.append(torch.stack([mse, reconstruction, sparsity, aux, (f > 0).sum().double()]).detach())
        selected.append(least.detach())
        if step == 0:
            keep("gradient", {name: p.grad for name, p in P.items()})
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(P.values(), clip)
        W = P["W_dec"]
        if unit_decoder:
            with torch.no_grad():
                W.grad -= (W.grad * W).sum(dim=1, keepdim=True) * W
        optimizer.step()
        if unit_decoder:
            with torch.no_grad():
                W /= W.norm(dim=1, keepdim=True)
        if step in (0, 2):
            keep(f"step{step + 1}", P)
    tensors[f"{variant}.losses"], tensors[f"{variant}.selected"] = torch.stack(losses), torch.stack(selected)


train("april-2024", lam=0.7, unit_decoder=False, clip=1.0)
train("topk", lam=0)
train("batchtopk", lam=0)
train("matryoshka", lam=0)
train("jumprelu", lam=0.02, beta1=0, extras=("log_threshold",))
train("gated", lam=0.05, beta1=0, extras=("r_mag", "b_mag"))

header, data = {}, b""
for name, tensor in tensors.items():
    raw = tensor.float().contiguous().numpy().astype("<f4").tobytes()
    header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1] if len(sys.argv) > 1 else "dictionary-variants.safetensors", "wb") as out:
    out.write(struct.pack("<Q", len(text)) + text + data)
