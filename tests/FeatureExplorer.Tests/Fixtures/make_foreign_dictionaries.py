"""Writes foreign-dictionaries/: one small dictionary in the layout of each tool that the import reads, and expected.json with what that tool computes for a few activations,
written out from the formulas that each publishes.

usage: python3 make_foreign_dictionaries.py [folder]      (needs PyTorch 1.6 or later, and NumPy)
expected.json, for each folder or file: x [batch, n], f [batch, m] and xhat [batch, n] as the tool gives them, and factor [m]: what f is multiplied by in the import, whose decoder rows have
length 1 and whose activations are for x as the model gives it.
"""
import json, os, struct, sys
import numpy, torch

folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "foreign-dictionaries")
n, m, batch = 5, 8, 6
generator = torch.Generator().manual_seed(11)
random = lambda *shape: torch.randn(*shape, generator=generator)
expected = {}
DTYPES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.float64: "F64", torch.int64: "I64"}


def path(name):
    full = os.path.join(folder, name)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def safetensors(name, tensors):
    header, data = {}, b""
    for key, tensor in tensors.items():
        tensor = tensor.contiguous()
        raw = (tensor.view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor).numpy().tobytes()
        header[key] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path(name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def write(name, value):
    with open(path(name), "w") as file:
        json.dump(value, file)


def parts():
    """W_enc [n, m], b_enc, W_dec [m, n], b_dec, x"""
    return random(n, m), random(m) * 0.3, random(m, n), random(n) * 0.5, random(batch, n) * 2


def expect(name, x, f, xhat, factor):
    assert (f != 0).any() and (f == 0).any(), name
    expected[name] = {"x": x.double().tolist(), "f": f.double().tolist(), "xhat": xhat.double().tolist(), "factor": (torch.ones(m) * factor).double().tolist()}


relu = torch.relu
norms = lambda w_dec: w_dec.norm(dim=1)


def topk(values, k):
    kept = values.topk(k, dim=-1)
    return torch.zeros_like(values).scatter(-1, kept.indices, relu(kept.values))


# SAELens ---------------------------------------------------------------------------------------------------------------------------------------------
def saelens(name, architecture, tensors, extra=None, hook="blocks.0.hook_resid_post", metadata=None, dtype="float32"):
    config = {"architecture": architecture, "d_in": n, "d_sae": m, "dtype": dtype, "device": "cpu", "apply_b_dec_to_input": True, "normalize_activations": "none", "reshape_activations": "none",
              "metadata": {"sae_lens_version": "6.54.12", "model_name": "toy", "hook_name": hook, "hook_head_index": None, "context_size": 128, "prepend_bos": True, **(metadata or {})}}
    config.update(extra or {})
    write(f"{name}/cfg.json", config)
    safetensors(f"{name}/sae_weights.safetensors", tensors)


def four(w_enc, b_enc, w_dec, b_dec):
    return {"W_enc": w_enc, "b_enc": b_enc, "W_dec": w_dec, "b_dec": b_dec}


w_enc, b_enc, w_dec, b_dec, x = parts()
saelens("saelens-standard", "standard", four(w_enc, b_enc, w_dec, b_dec), metadata={"final_l0": 3.5})
f = relu((x - b_dec) @ w_enc + b_enc)
expect("saelens-standard", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, x = parts()  # the flat form before version 6, without an architecture
write("saelens-3/cfg.json", {"d_in": n, "d_sae": m, "dtype": "torch.float32", "model_name": "gelu-1l", "hook_point": "blocks.0.mlp.hook_post", "hook_point_layer": 0, "hook_point_head_index": None,
                             "activation_fn_str": "relu", "normalize_activations": False, "context_size": 64})
safetensors("saelens-3/sae_weights.safetensors", {**four(w_enc, b_enc, w_dec, b_dec), "scaling_factor": torch.ones(m)})
safetensors("saelens-3/sparsity.safetensors", {"sparsity": torch.full((m,), -1.0)})
f = relu((x - b_dec) @ w_enc + b_enc)
expect("saelens-3", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, x = parts()
b_mag, r_mag = random(m) * 0.3, random(m) * 0.2
saelens("saelens-gated", "gated", {"W_enc": w_enc, "W_dec": w_dec, "b_dec": b_dec, "b_gate": b_enc, "b_mag": b_mag, "r_mag": r_mag})
u = (x - b_dec) @ w_enc
f = ((u + b_enc) > 0).float() * relu(u * r_mag.exp() + b_mag)
expect("saelens-gated", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, x = parts()
threshold = random(m).abs()
saelens("saelens-jumprelu", "jumprelu", {**four(w_enc, b_enc, w_dec, b_dec), "threshold": threshold}, {"apply_b_dec_to_input": False})
p = x @ w_enc + b_enc
f = relu(p) * (p > threshold)
expect("saelens-jumprelu", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, x = parts()
saelens("saelens-topk", "topk", four(w_enc, b_enc, w_dec, b_dec), {"k": 3, "rescale_acts_by_decoder_norm": False})
f = topk((x - b_dec) @ w_enc + b_enc, 3)
expect("saelens-topk", x, f, f @ w_dec + b_dec, 1)

w_enc, b_enc, w_dec, b_dec, x = parts()
saelens("saelens-topk-rescaled", "topk", four(w_enc, b_enc, w_dec, b_dec), {"k": 3, "rescale_acts_by_decoder_norm": True})
f = topk(((x - b_dec) @ w_enc + b_enc) * norms(w_dec), 3)
expect("saelens-topk-rescaled", x, f, (f / norms(w_dec)) @ w_dec + b_dec, 1)

def abstopk(values, k):
    kept = values.abs().topk(k, dim=-1)
    return torch.zeros_like(values).scatter(-1, kept.indices, values.gather(-1, kept.indices))


w_enc, b_enc, w_dec, b_dec, x = parts()  # signs are kept; in the import each feature is two
saelens("saelens-abstopk", "abstopk", four(w_enc, b_enc, w_dec, b_dec), {"k": 3, "rescale_acts_by_decoder_norm": True})
f = abstopk(((x - b_dec) @ w_enc + b_enc) * norms(w_dec), 3)
assert (f < 0).any() and (f > 0).any()
expect("saelens-abstopk", x, f, (f / norms(w_dec)) @ w_dec + b_dec, 1)

def layer_norm(x, eps=1e-5):
    """x', mu and the standard deviation with n - 1 degrees of freedom: eps is added where it divides, and not where it multiplies"""
    mu = x.mean(dim=-1, keepdim=True)
    std = (x - mu).std(dim=-1, keepdim=True)
    return (x - mu) / (std + eps), mu, std


def norm_rescale(x):
    factor = n ** 0.5 / x.norm(dim=-1, keepdim=True)
    return x * factor, 0, 1 / factor


def spread(x):
    """rows of different means and lengths"""
    return x * torch.logspace(-1, 1, batch).unsqueeze(1) + torch.linspace(-2, 3, batch).unsqueeze(1)


main, generator = generator, torch.Generator().manual_seed(13)  # what follows keeps its numbers
for name, setting, normalise in (("layer-norm", "layer_norm", layer_norm), ("norm-rescale", "constant_norm_rescale", norm_rescale)):
    w_enc, b_enc, w_dec, b_dec, x = parts()
    x = spread(x)
    read, mu, scale = normalise(x)
    saelens(f"saelens-{name}-standard", "standard", four(w_enc, b_enc, w_dec, b_dec), {"normalize_activations": setting})
    f = relu((read - b_dec) @ w_enc + b_enc)
    expect(f"saelens-{name}-standard", x, f, (f @ w_dec + b_dec) * scale + mu, norms(w_dec))

    threshold = random(m).abs()
    saelens(f"saelens-{name}-jumprelu", "jumprelu", {**four(w_enc, b_enc, w_dec, b_dec), "threshold": threshold}, {"normalize_activations": setting, "apply_b_dec_to_input": False})
    p = read @ w_enc + b_enc
    f = relu(p) * (p > threshold)
    expect(f"saelens-{name}-jumprelu", x, f, (f @ w_dec + b_dec) * scale + mu, norms(w_dec))

    saelens(f"saelens-{name}-topk", "topk", four(w_enc, b_enc, w_dec, b_dec), {"normalize_activations": setting, "k": 3, "rescale_acts_by_decoder_norm": True})
    f = topk(((read - b_dec) @ w_enc + b_enc) * norms(w_dec), 3)
    expect(f"saelens-{name}-topk", x, f, ((f / norms(w_dec)) @ w_dec + b_dec) * scale + mu, 1)

    b_mag, r_mag = random(m) * 0.3, random(m) * 0.2
    saelens(f"saelens-{name}-gated", "gated", {"W_enc": w_enc, "W_dec": w_dec, "b_dec": b_dec, "b_gate": b_enc, "b_mag": b_mag, "r_mag": r_mag}, {"normalize_activations": setting})
    u = (read - b_dec) @ w_enc
    f = ((u + b_enc) > 0).float() * relu(u * r_mag.exp() + b_mag)
    expect(f"saelens-{name}-gated", x, f, (f @ w_dec + b_dec) * scale + mu, norms(w_dec))
generator = main

# Matching pursuit: no W_enc, no b_enc; the latent of largest d_i . r above 0 is added and taken off, until the support stays as it is, r is short, or there have been enough steps.
main, generator = generator, torch.Generator().manual_seed(14)  # what follows keeps its numbers
ends = {"repeat": 0, "short": 0, "steps": 0, "again": 0}


def pursue(x, w_dec, threshold, steps, stops):
    f = torch.zeros(batch, m)
    for row in range(batch):
        r = x[row].double()
        for step in range(steps):
            p = w_dec.double() @ r
            i, support = int(p.argmax()), int((f[row] != 0).sum())
            value = float(relu(p[i]))
            ends["again"] += int(f[row, i] != 0)
            f[row, i] += value
            r = r - value * w_dec[i].double()
            if stops and int((f[row] != 0).sum()) == support:
                ends["repeat"] += 1
                break
            if threshold > 0 and float(r.norm()) < threshold:
                ends["short"] += 1
                break
        else:
            ends["steps"] += 1
    return f


def pursuit(name, w_dec, b_dec, threshold, steps, stops, extra=None):
    saelens(name, "matching_pursuit", {"W_dec": w_dec, "b_dec": b_dec}, {"residual_threshold": threshold, "max_iterations": steps, "stop_on_duplicate_support": stops, **(extra or {})})


w_dec, b_dec, x = random(m, n), random(n) * 0.5, random(batch, n) * 2
w_dec = w_dec / norms(w_dec).unsqueeze(1)
pursuit("saelens-pursuit", w_dec, b_dec, 0.8, None, True)
f = pursue(x - b_dec, w_dec, 0.8, n, True)
expect("saelens-pursuit", x, f, f @ w_dec + b_dec, 1)

lengths = torch.linspace(0.7, 1.2, m).unsqueeze(1)  # rows of other lengths, a fixed number of steps, and no bias at all
pursuit("saelens-pursuit-steps", w_dec * lengths, b_dec, 0, 4, False, {"apply_b_dec_to_input": False})
f = pursue(x, w_dec * lengths, 0, 4, False)
expect("saelens-pursuit-steps", x, f, f @ (w_dec * lengths), 1)

x = spread(x)
read, mu, std = layer_norm(x)
pursuit("saelens-pursuit-layer-norm", w_dec, b_dec, 0.5, 20, True, {"normalize_activations": "layer_norm"})
f = pursue(read - b_dec, w_dec, 0.5, 20, True)
expect("saelens-pursuit-layer-norm", x, f, (f @ w_dec + b_dec) * std + mu, 1)

x, scale = random(batch, n) * 4, 0.4  # a checkpoint on the way: the length at which it ends is of scaled activations
pursuit("saelens-pursuit-checkpoint", w_dec, b_dec, 0.6, None, True, {"normalize_activations": "expected_average_only_in"})
write("saelens-pursuit-checkpoint/activation_scaler.json", {"scaling_factor": scale})
f = pursue(scale * x - b_dec, w_dec, 0.6, n, True)
expect("saelens-pursuit-checkpoint", x, f, (f @ w_dec + b_dec) / scale, 1 / scale)
assert all(count > 0 for count in ends.values()), ends
generator = main

w_enc, b_enc, w_dec, b_dec, x = parts()  # a checkpoint on the way: scaled activations, nothing folded
scale = 0.4
saelens("saelens-batchtopk-checkpoint/batchtopk_30000", "batchtopk", {**four(w_enc, b_enc, w_dec, b_dec), "topk_threshold": torch.tensor(0.8, dtype=torch.float64)},
        {"k": 3, "normalize_activations": "expected_average_only_in", "rescale_acts_by_decoder_norm": True})
write("saelens-batchtopk-checkpoint/batchtopk_30000/activation_scaler.json", {"scaling_factor": scale})
c = ((scale * x - b_dec) @ w_enc + b_enc) * norms(w_dec)
f = relu(c) * (c > 0.8)
expect("saelens-batchtopk-checkpoint/batchtopk_30000", x, f, ((f / norms(w_dec)) @ w_dec + b_dec) / scale, 1 / scale)

w_enc, b_enc, w_dec, b_dec, x = parts()  # tensors of another type than cfg.json says, and factors of a fine-tuning
brain = [t.bfloat16() for t in (w_enc, b_enc, w_dec, b_dec)]
factors = random(m).abs() + 0.5
saelens("saelens-bf16", "standard", {**four(*brain), "scaling_factor": factors}, {"finetuning_scaling_factor": True})
w_enc, b_enc, w_dec, b_dec = [t.float() for t in brain]
f = relu((x - b_dec) @ w_enc + b_enc)
expect("saelens-bf16", x, f, (f * factors) @ w_dec + b_dec, norms(w_dec) * factors)

for name in ("a", "b"):  # a checkpoint of several dictionaries at once
    w_enc, b_enc, w_dec, b_dec, x = parts()
    saelens(f"saelens-runs/x1/30000/{name}", "standard", four(w_enc, b_enc, w_dec, b_dec))


# dictionary_learning ---------------------------------------------------------------------------------------------------------------------------------
def learned(name, kind, tensors, extra=None, whole=None):
    write(f"{name}/config.json", {"trainer": {"dict_class": kind, "trainer_class": "Trainer", "activation_dim": n, "dict_size": m, "layer": 1, "lm_name": "toy/model", "submodule_name": "resid_post_layer_1",
                                              **(extra or {})}, "buffer": {"d_submodule": n, "io": "out", "n_ctxs": 10, "ctx_len": 128}})
    torch.save(whole or tensors, path(f"{name}/ae.pt"))


turned = lambda t: t.t().contiguous().t()  # as the tool leaves it: not in the order of its indices

w_enc, b_enc, w_dec, b_dec, x = parts()
learned("learning-standard", "AutoEncoder", {"bias": b_dec, "encoder.weight": turned(w_enc.t()), "encoder.bias": b_enc, "decoder.weight": w_dec.t()})
write("learning-standard/eval_results.json", {"l0": 4.25, "frac_variance_explained": 0.8})
f = relu((x - b_dec) @ w_enc + b_enc)
expect("learning-standard", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, x = parts()  # Anthropic's of April 2024: no bias of the input, decoder rows of any length
learned("learning-april", "AutoEncoderNew", {"encoder.weight": w_enc.t(), "encoder.bias": b_enc, "decoder.weight": w_dec.t(), "decoder.bias": b_dec}, {"trainer_class": "StandardTrainerAprilUpdate"})
f = relu(x @ w_enc + b_enc)
expect("learning-april", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, x = parts()
b_mag, r_mag = random(m) * 0.3, random(m) * 0.2
learned("learning-gated", "GatedAutoEncoder", {"decoder_bias": b_dec, "encoder.weight": w_enc.t(), "r_mag": r_mag, "gate_bias": b_enc, "mag_bias": b_mag, "decoder.weight": w_dec.t()})
u = (x - b_dec) @ w_enc
f = ((u + b_enc) > 0).float() * relu(u * r_mag.exp() + b_mag) * norms(w_dec)
expect("learning-gated", x, f, (f / norms(w_dec)) @ w_dec + b_dec, 1)

unit = lambda t: t / t.norm(dim=1, keepdim=True)
w_enc, b_enc, w_dec, b_dec, x = parts()
w_dec = unit(w_dec)
learned("learning-topk", "AutoEncoderTopK", {"b_dec": b_dec, "k": torch.tensor(3, dtype=torch.int), "threshold": torch.tensor(-1.0), "encoder.weight": turned(w_enc.t()), "encoder.bias": b_enc, "decoder.weight": w_dec.t()})
f = topk(relu((x - b_dec) @ w_enc + b_enc), 3)
expect("learning-topk", x, f, f @ w_dec + b_dec, 1)

w_enc, b_enc, w_dec, b_dec, x = parts()
w_dec = unit(w_dec)
learned("learning-batchtopk", "BatchTopKSAE", {"b_dec": b_dec, "k": torch.tensor(3, dtype=torch.int), "threshold": torch.tensor(0.9), "encoder.weight": turned(w_enc.t()), "encoder.bias": b_enc, "decoder.weight": w_dec.t()})
p = relu((x - b_dec) @ w_enc + b_enc)
f = p * (p > 0.9)
expect("learning-batchtopk", x, f, f @ w_dec + b_dec, 1)

w_enc, b_enc, w_dec, b_dec, x = parts()
w_dec = unit(w_dec)
learned("learning-matryoshka", "MatryoshkaBatchTopKSAE", {**four(w_enc, b_enc, w_dec, b_dec), "k": torch.tensor(3), "threshold": torch.tensor(0.9), "group_sizes": torch.tensor([3, 5])})
p = relu((x - b_dec) @ w_enc + b_enc)
f = p * (p > 0.9)
expect("learning-matryoshka", x, f, f @ w_dec + b_dec, 1)

w_enc, b_enc, w_dec, b_dec, x = parts()
threshold = random(m).abs()
learned("learning-jumprelu", "JumpReluAutoEncoder", {**four(w_enc, b_enc, w_dec, b_dec), "threshold": threshold})
p = x @ w_enc + b_enc
f = relu(p * (p > threshold))
expect("learning-jumprelu", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, x = parts()  # the backup of an interrupted run, for activations divided by norm_factor
inner = {"bias": b_dec, "encoder.weight": w_enc.t(), "encoder.bias": b_enc, "decoder.weight": w_dec.t()}
learned("learning-backup", "AutoEncoder", None, whole={"step": 700, "ae": inner, "optimizer": {"state": {0: {"exp_avg": random(3)}}, "param_groups": [{"lr": 0.001, "params": [0]}]}, "config": {"lr": 0.001}, "norm_factor": 2.5})
f = relu((x / 2.5 - b_dec) @ w_enc + b_enc)
expect("learning-backup", x, f, (f @ w_dec + b_dec) * 2.5, norms(w_dec) * 2.5)

# sparsify ----------------------------------------------------------------------------------------------------------------------------------------------
for name, hook, flipped in (("sparsify", "layers.2", False), ("sparsify-flipped", "h.1.mlp", True)):
    w_enc, b_enc, w_dec, b_dec, x = parts()
    w_dec = unit(w_dec)
    write(f"{name}/config.json", {"model": "toy/model"})
    write(f"{name}/{hook}/cfg.json", {"activation": "topk", "expansion_factor": 32, "normalize_decoder": True, "num_latents": m, "k": 3, "multi_topk": False, "skip_connection": False, "d_in": n, "transcode": False})
    safetensors(f"{name}/{hook}/sae.safetensors", {"encoder.weight": w_enc.t(), "encoder.bias": b_enc, "W_dec": w_dec.t() if flipped else w_dec, "b_dec": b_dec})
    f = topk(relu((x - b_dec) @ w_enc + b_enc), 3)
    expect(f"{name}/{hook}", x, f, f @ w_dec + b_dec, 1)

w_enc, b_enc, w_dec, b_dec, x = parts()  # an older one, signed
w_dec = unit(w_dec)
write("sparsify-signed/layers.0/cfg.json", {"expansion_factor": 32, "normalize_decoder": True, "num_latents": 0, "k": 3, "signed": True, "d_in": n})
safetensors("sparsify-signed/layers.0/sae.safetensors", {"encoder.weight": w_enc.t(), "encoder.bias": b_enc, "W_dec": w_dec, "b_dec": b_dec})
f = abstopk((x - b_dec) @ w_enc + b_enc, 3)
expect("sparsify-signed/layers.0", x, f, f @ w_dec + b_dec, 1)

# OpenAI ------------------------------------------------------------------------------------------------------------------------------------------------
w_enc, b_enc, w_dec, b_dec, x = parts()
w_dec = unit(w_dec)
openai = {"pre_bias": b_dec, "latent_bias": b_enc, "stats_last_nonzero": torch.zeros(m, dtype=torch.long), "encoder.weight": w_enc.t(), "decoder.weight": turned(w_dec.t()), "activation": "ReLU", "activation_state_dict": {}}
torch.save(openai, path("openai/resid_post_mlp/v4/autoencoders/3.pt"))
f = relu((x - b_dec) @ w_enc + b_enc)
expect("openai/resid_post_mlp/v4/autoencoders/3.pt", x, f, f @ w_dec + b_dec, 1)
# Those of TopK normalise every token's activations, and take it back.
main, generator = generator, torch.Generator().manual_seed(12)  # what follows keeps its numbers
x = spread(x)
top = {**openai, "activation": "TopK", "activation_state_dict": {"k": 3, "postact_fn": "ReLU"}}
read, mu, std = layer_norm(x)
f = topk((read - b_dec) @ w_enc + b_enc, 3)
for name in ("openai/resid_post_mlp/v5/autoencoders/3.pt", "openai/resid_delta_mlp_v5_32k/autoencoders/2.pt"):
    torch.save(top, path(name))
    expect(name, x, f, (f @ w_dec + b_dec) * std + mu, 1)
tied = {key: value for key, value in top.items() if key != "decoder.weight"}
tied["encoder.weight"] = tied["decoder.linear.weight"] = w_dec.contiguous()  # one matrix under two names
torch.save(tied, path("openai/resid_post_mlp/tied/autoencoders/3.pt"))
f = topk((read - b_dec) @ w_dec.t() + b_enc, 3)
expect("openai/resid_post_mlp/tied/autoencoders/3.pt", x, f, (f @ w_dec + b_dec) * std + mu, 1)
for name, state in (("none", {}), ("many", {"k": 99, "postact_fn": "ReLU"}), ("tanh", {"k": 3, "postact_fn": "Tanh"})):
    torch.save({**top, "activation_state_dict": state}, path(f"openai-malformed/{name}.pt"))
generator = main

# Gemma Scope 1 and 2 -------------------------------------------------------------------------------------------------------------------------------------
w_enc, b_enc, w_dec, b_dec, x = parts()
threshold = random(m).abs()
numpy.savez(path("gemma-scope-2b-pt-res/layer_3/width_16k/average_l0_4/params.npz"), W_enc=w_enc.numpy(), b_enc=b_enc.numpy(), W_dec=w_dec.numpy(), b_dec=b_dec.numpy(), threshold=threshold.numpy())
p = x @ w_enc + b_enc
f = relu(p) * (p > threshold)
expect("gemma-scope-2b-pt-res/layer_3/width_16k/average_l0_4", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, x = parts()
threshold = random(m).abs()
lower = {"w_enc": w_enc, "w_dec": w_dec, "b_enc": b_enc, "b_dec": b_dec, "threshold": threshold}
hook = "model.layers.2.output"
second = lambda **more: {"architecture": "jump_relu", "type": "sae", "width": m, "l0": 4, "hf_hook_point_in": hook, "hf_hook_point_out": hook, "affine_connection": False, "model_name": "toy/gemma", **more}
write("gemma-scope-2/config.json", second())
safetensors("gemma-scope-2/params.safetensors", lower)
p = x @ w_enc + b_enc
f = relu(p) * (p > threshold)
expect("gemma-scope-2", x, f, f @ w_dec + b_dec, norms(w_dec))

# Llama Scope, OpenMOSS, Llama Scope R1 ---------------------------------------------------------------------------------------------------------------
w_enc, b_enc, w_dec, b_dec, x = parts()
mean = 3.0
scale = n**0.5 / mean
moss = {"hook_point_in": "blocks.1.hook_resid_post", "hook_point_out": "blocks.1.hook_resid_post", "d_model": n, "use_decoder_bias": True, "use_glu_encoder": False, "apply_decoder_bias_to_pre_encoder": False,
        "norm_activation": "dataset-wise", "sparsity_include_decoder_norm": True, "top_k": 50}
write("llama-scope/hyperparams.json", {**moss, "d_sae": m, "act_fn": "jumprelu", "jump_relu_threshold": 0.7, "dataset_average_activation_norm": {"in": mean, "out": mean}})
safetensors("llama-scope/checkpoints/final.safetensors", {"encoder.weight": w_enc.t().bfloat16(), "encoder.bias": b_enc.bfloat16(), "decoder.weight": w_dec.t().bfloat16(), "decoder.bias": b_dec.bfloat16()})
w_enc, b_enc, w_dec, b_dec = [t.bfloat16().float() for t in (w_enc, b_enc, w_dec, b_dec)]
c = ((scale * x) @ w_enc + b_enc) * norms(w_dec)
f = relu(c) * (c / scale > 0.7)  # the threshold is of activations in the model's scale
expect("llama-scope", x, f, ((f / norms(w_dec)) @ w_dec + b_dec) / scale, 1 / scale)

w_enc, b_enc, w_dec, b_dec, x = parts()
threshold = random(m).abs() + 0.1
write("openmoss/config.json", {**moss, "sae_type": "sae", "expansion_factor": m / n, "act_fn": "jumprelu", "dtype": "torch.float32"})
safetensors("openmoss/sae_weights.safetensors", {"W_E": w_enc, "b_E": b_enc, "W_D": w_dec, "b_D": b_dec, "activation_function.log_jumprelu_threshold": threshold.log(),
                                                 "dataset_average_activation_norm.blocks.1.hook_resid_post": torch.tensor(mean)})
c = ((scale * x) @ w_enc + b_enc) * norms(w_dec)
f = relu(c) * (c > threshold)
expect("openmoss", x, f, ((f / norms(w_dec)) @ w_dec + b_dec) / scale, 1 / scale)

write("openmoss-token-wise/config.json", {**moss, "norm_activation": "token-wise", "sae_type": "sae", "expansion_factor": m / n, "act_fn": "jumprelu", "dtype": "torch.float32"})
safetensors("openmoss-token-wise/sae_weights.safetensors", {"W_E": w_enc, "b_E": b_enc, "W_D": w_dec, "b_D": b_dec, "activation_function.log_jumprelu_threshold": threshold.log()})
x = spread(x)
read, _, factor = norm_rescale(x)
c = (read @ w_enc + b_enc) * norms(w_dec)
f = relu(c) * (c > threshold)
expect("openmoss-token-wise", x, f, ((f / norms(w_dec)) @ w_dec + b_dec) * factor, 1)

w_enc, b_enc, w_dec, b_dec, x = parts()
threshold = random(m).abs() + 0.1
write("llama-scope-r1/config.json", {"d_model": n, "expansion_factor": 8, "hook_point_in": "blocks.1.hook_resid_post"})
safetensors("llama-scope-r1/sae_weights.safetensors", {"encoder.weight": w_enc.t(), "encoder.bias": b_enc, "decoder.weight": w_dec.t(), "decoder.bias": b_dec, "log_jumprelu_threshold": threshold.log()})
p = x @ w_enc + b_enc
f = relu(p) * (p > threshold)
expect("llama-scope-r1", x, f, f @ w_dec + b_dec, norms(w_dec))

# Goodfire, Neel Nanda's, ai-safety-foundation -------------------------------------------------------------------------------------------------------
w_enc, b_enc, w_dec, b_dec, x = parts()
brain = [t.bfloat16() for t in (w_enc.t(), b_enc, w_dec.t(), b_dec)]
torch.save(dict(zip(("encoder_linear.weight", "encoder_linear.bias", "decoder_linear.weight", "decoder_linear.bias"), brain)), path("goodfire/Toy-SAE-l1.pth"))
w_enc, b_enc, w_dec, b_dec = brain[0].float().t(), brain[1].float(), brain[2].float().t(), brain[3].float()
f = relu(x @ w_enc + b_enc)
expect("goodfire", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, x = parts()
w_dec = unit(w_dec)
torch.save(dict(W_enc=torch.nn.Parameter(w_enc), W_dec=torch.nn.Parameter(w_dec), b_enc=torch.nn.Parameter(b_enc), b_dec=torch.nn.Parameter(b_dec)), path("neel/25.pt"))
write("neel/25_cfg.json", {"seed": 49, "batch_size": 4096, "l1_coeff": 0.0003, "enc_dtype": "fp32", "model_name": "gelu-1l", "site": "mlp_out", "layer": 0, "seq_len": 128, "act_name": "blocks.0.mlp.hook_post", "act_size": n, "dict_size": m})
f = relu((x - b_dec) @ w_enc + b_enc)
expect("neel", x, f, f @ w_dec + b_dec, 1)

w_enc, b_enc, w_dec, b_dec, x = parts()
w_dec = unit(w_dec)
sys.modules["sparse_autoencoder"] = sys.modules["sparse_autoencoder.autoencoder"] = sys.modules["sparse_autoencoder.autoencoder.model"] = sys.modules["__main__"]


class SparseAutoencoderState:  # as pydantic saves its models: fields under __dict__
    def __init__(self, **fields):
        self.fields = fields

    def __setstate__(self, state):
        self.fields = state["__dict__"]

    def __getstate__(self):
        return {"__dict__": self.fields, "__pydantic_extra__": None, "__pydantic_fields_set__": set(self.fields), "__pydantic_private__": None}


class SparseAutoencoderConfig(SparseAutoencoderState):
    pass


for kind in (SparseAutoencoderState, SparseAutoencoderConfig):
    kind.__module__ = "sparse_autoencoder.autoencoder.model"
state = {"tied_bias": b_dec.unsqueeze(0), "encoder.weight": w_enc.t().unsqueeze(0), "encoder.bias": b_enc.unsqueeze(0), "decoder.weight": w_dec.t().unsqueeze(0)}
torch.save(SparseAutoencoderState(config=SparseAutoencoderConfig(n_input_features=n, n_learned_features=m, n_components=1), state_dict=state), path("ai-safety/model.pt"))
f = relu((x - b_dec) @ w_enc + b_enc)
expect("ai-safety", x, f, f @ w_dec + b_dec, 1)

write("expected.json", expected)
