"""Writes foreign-transcoders/: one small transcoder in the layout of each tool that the import reads, and expected.json with what that tool computes for a few activations, written out from
the formulas that each publishes.

usage: python3 make_foreign_transcoders.py [folder]      (needs PyTorch 1.6 or later, and NumPy)
expected.json, for each folder or file: x [batch, n], f [batch, m] and y [batch, outputs] as the tool gives them, and factor [m]: what f is multiplied by in the import, whose decoder rows have
length 1 and whose inputs and outputs are as the model gives them.
"""
import json, os, struct, sys
import numpy, torch

folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "foreign-transcoders")
n, outputs, m, batch = 5, 4, 8, 6
generator = torch.Generator().manual_seed(23)
random = lambda *shape: torch.randn(*shape, generator=generator)
expected = {}
relu = torch.relu
norms = lambda w_dec: w_dec.norm(dim=1)
unit = lambda t: t / t.norm(dim=1, keepdim=True)


def path(name):
    full = os.path.join(folder, name)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def safetensors(name, tensors):
    header, data = {}, b""
    for key, tensor in tensors.items():
        raw = tensor.contiguous().numpy().tobytes()
        header[key] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path(name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def write(name, value):
    with open(path(name), "w") as file:
        json.dump(value, file)


def parts(d_out):
    """W_enc [n, m], b_enc, W_dec [m, d_out], b_dec, W_skip [d_out, n], x"""
    return random(n, m), random(m) * 0.3, random(m, d_out), random(d_out) * 0.5, random(d_out, n) * 0.4, random(batch, n) * 2


def expect(name, x, f, y, factor):
    assert (f != 0).any() and (f == 0).any(), name
    expected[name] = {"x": x.double().tolist(), "f": f.double().tolist(), "y": y.double().tolist(), "factor": (torch.ones(m) * factor).double().tolist()}


def topk(values, k):
    kept = values.topk(k, dim=-1)
    return torch.zeros_like(values).scatter(-1, kept.indices, relu(kept.values))


# SAELens: x itself, no b_dec from the input; W_skip [d_out, d_in]
def saelens(name, architecture, tensors, d_out, hook="blocks.1.ln2.hook_normalized", hook_out="blocks.1.hook_mlp_out", extra=None):
    write(f"{name}/cfg.json", {
        "architecture": architecture, "d_in": n, "d_out": d_out, "d_sae": m, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": False, "normalize_activations": "none",
        "reshape_activations": "none", **(extra or {}),
        "metadata": {"sae_lens_version": "6.54.12", "model_name": "toy", "hook_name": hook, "hook_name_out": hook_out, "hook_head_index": None, "context_size": 128, "prepend_bos": True}})
    safetensors(f"{name}/sae_weights.safetensors", tensors)


w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(outputs)
saelens("saelens-transcoder", "transcoder", {"W_enc": w_enc, "b_enc": b_enc, "W_dec": w_dec, "b_dec": b_dec}, outputs)
f = relu(x @ w_enc + b_enc)
expect("saelens-transcoder", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(outputs)
saelens("saelens-skip", "skip_transcoder", {"W_enc": w_enc, "b_enc": b_enc, "W_dec": w_dec, "b_dec": b_dec, "W_skip": w_skip}, outputs, hook="blocks.1.hook_mlp_in")
f = relu(x @ w_enc + b_enc)
expect("saelens-skip", x, f, f @ w_dec + b_dec + x @ w_skip.T, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
threshold = random(m).abs()
saelens("saelens-jumprelu", "jumprelu_transcoder", {"W_enc": w_enc, "b_enc": b_enc, "W_dec": w_dec, "b_dec": b_dec, "threshold": threshold}, n)
p = x @ w_enc + b_enc
f = relu(p) * (p > threshold)
expect("saelens-jumprelu", x, f, f @ w_dec + b_dec, norms(w_dec))

w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
threshold = random(m).abs()
saelens("saelens-jumprelu-skip", "jumprelu_skip_transcoder", {"W_enc": w_enc, "b_enc": b_enc, "W_dec": w_dec, "b_dec": b_dec, "threshold": threshold, "W_skip": w_skip}, n)
p = x @ w_enc + b_enc
f = relu(p) * (p > threshold)
expect("saelens-jumprelu-skip", x, f, f @ w_dec + b_dec + x @ w_skip.T, norms(w_dec))

# sparsify: the module's input x itself; W_skip [d, d] as x @ W_skip.mT
for name, skips in (("sparsify", False), ("sparsify-skip", True)):
    w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
    w_dec = unit(w_dec)
    write(f"{name}/config.json", {"model": "toy/model"})
    write(f"{name}/layers.2.mlp/cfg.json", {"activation": "topk", "expansion_factor": 32, "normalize_decoder": True, "num_latents": m, "k": 3, "multi_topk": False, "skip_connection": skips, "d_in": n, "transcode": True})
    safetensors(f"{name}/layers.2.mlp/sae.safetensors", {"encoder.weight": w_enc.t(), "encoder.bias": b_enc, "W_dec": w_dec, "b_dec": b_dec, **({"W_skip": w_skip} if skips else {})})
    f = topk(relu(x @ w_enc + b_enc), 3)
    expect(f"{name}/layers.2.mlp", x, f, f @ w_dec + b_dec + (x @ w_skip.T if skips else 0), 1)

# Gemma Scope 1: JumpReLU on the norm before its gain, layer and L0 in the path
w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
threshold = random(m).abs()
place = "gemma-scope-2b-pt-transcoders/layer_3/width_16k/average_l0_4"
numpy.savez(path(f"{place}/params.npz"), W_enc=w_enc.numpy(), b_enc=b_enc.numpy(), W_dec=w_dec.numpy(), b_dec=b_dec.numpy(), threshold=threshold.numpy())
p = x @ w_enc + b_enc
f = relu(p) * (p > threshold)
expect(place, x, f, f @ w_dec + b_dec, norms(w_dec))

# Gemma Scope 2: x @ affine_skip_connection, which is [d_in, d_out]
for name, skips in (("gemma-scope-2", False), ("gemma-scope-2-affine", True)):
    w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
    threshold = random(m).abs()
    write(f"{name}/config.json", {"architecture": "jump_relu", "type": "transcoder", "width": m, "l0": 4, "hf_hook_point_in": "model.layers.2.pre_feedforward_layernorm.output",
                                  "hf_hook_point_out": "model.layers.2.post_feedforward_layernorm.output", "affine_connection": skips, "model_name": "toy/gemma"})
    safetensors(f"{name}/params.safetensors", {"w_enc": w_enc, "w_dec": w_dec, "b_enc": b_enc, "b_dec": b_dec, "threshold": threshold, **({"affine_skip_connection": w_skip} if skips else {})})
    p = x @ w_enc + b_enc
    f = relu(p) * (p > threshold)
    expect(name, x, f, f @ w_dec + b_dec + (x @ w_skip if skips else 0), norms(w_dec))

# Llama Scope, OpenMOSS: inputs and outputs each on the scale of their own mean length
mean_in, mean_out = 3.0, 1.7
scale_in, scale_out = n**0.5 / mean_in, n**0.5 / mean_out
moss = {"hook_point_in": "blocks.1.ln2.hook_normalized", "hook_point_out": "blocks.1.hook_mlp_out", "d_model": n, "use_decoder_bias": True, "use_glu_encoder": False,
        "apply_decoder_bias_to_pre_encoder": False, "norm_activation": "dataset-wise", "sparsity_include_decoder_norm": True, "top_k": 50}
w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
write("llama-scope/hyperparams.json", {**moss, "d_sae": m, "act_fn": "jumprelu", "jump_relu_threshold": 0.7, "dataset_average_activation_norm": {"in": mean_in, "out": mean_out}})
safetensors("llama-scope/checkpoints/final.safetensors", {"encoder.weight": w_enc.t(), "encoder.bias": b_enc, "decoder.weight": w_dec.t(), "decoder.bias": b_dec})
c = ((scale_in * x) @ w_enc + b_enc) * norms(w_dec)
f = relu(c) * (c / scale_out > 0.7)  # the threshold is of activations in the model's scale
expect("llama-scope", x, f, ((f / norms(w_dec)) @ w_dec + b_dec) / scale_out, 1 / scale_out)

w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
threshold = random(m).abs() + 0.1
write("openmoss/config.json", {**moss, "sae_type": "sae", "expansion_factor": m / n, "act_fn": "jumprelu", "dtype": "torch.float32"})
safetensors("openmoss/sae_weights.safetensors", {
    "W_E": w_enc, "b_E": b_enc, "W_D": w_dec, "b_D": b_dec, "activation_function.log_jumprelu_threshold": threshold.log(),
    "dataset_average_activation_norm.blocks.1.ln2.hook_normalized": torch.tensor(mean_in), "dataset_average_activation_norm.blocks.1.hook_mlp_out": torch.tensor(mean_out)})
c = ((scale_in * x) @ w_enc + b_enc) * norms(w_dec)
f = relu(c) * (c > threshold)
expect("openmoss", x, f, ((f / norms(w_dec)) @ w_dec + b_dec) / scale_out, 1 / scale_out)

# circuit-tracer, one file a layer: W_enc [m, n]; W_skip as x @ W_skip.T
for name, skips, jumps, hook in (("circuit-tracer", False, False, "hook_resid_mid"), ("circuit-tracer-skip", True, True, "mlp.hook_in")):
    w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
    threshold = random(m).abs()
    tensors = {"W_enc": w_enc.t(), "W_dec": w_dec, "b_enc": b_enc, "b_dec": b_dec}
    tensors.update({"W_skip": w_skip} if skips else {})
    tensors.update({"activation_function.threshold": threshold} if jumps else {})
    safetensors(f"{name}/layer_1.safetensors", tensors)
    with open(path(f"{name}/config.yaml"), "w") as file:
        file.write(f'model_name: "toy/llama"\nmodel_kind: transcoder_set  # one for each layer\nfeature_input_hook: "{hook}"\nfeature_output_hook: {"mlp.hook_out" if skips else "hook_mlp_out"}\n')
        file.write('transcoders:\n  - "layer_0.safetensors"\n  - "layer_1.safetensors"\n')
    p = x @ w_enc + b_enc
    f = relu(p) * (p > threshold) if jumps else relu(p)
    expect(f"{name}/layer_1.safetensors", x, f, f @ w_dec + b_dec + (x @ w_skip.T if skips else 0), norms(w_dec))

# circuit-tracer's of TopK, whose k config.yaml names: the k largest as they are. No token here has fewer than k above 0.
w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
b_enc = b_enc + 3
safetensors("circuit-tracer-topk/layer_1.safetensors", {"W_enc": w_enc.t(), "W_dec": w_dec, "b_enc": b_enc, "b_dec": b_dec, "W_skip": w_skip})
with open(path("circuit-tracer-topk/config.yaml"), "w") as file:
    file.write('model_name: "toy/llama"\nmodel_kind: transcoder_set\nfeature_input_hook: "mlp.hook_in"\nfeature_output_hook: "mlp.hook_out"\nactivation: topk\nk: 3\n')
kept = (x @ w_enc + b_enc).topk(3, dim=-1)
assert (kept.values > 0).all()
f = torch.zeros(batch, m).scatter(-1, kept.indices, kept.values)
expect("circuit-tracer-topk/layer_1.safetensors", x, f, f @ w_dec + b_dec + x @ w_skip.T, 1)

# dictionary_learning's transcoder trainer: an AutoEncoder on the input of a module, taught the module's output; its one bias is taken off the one and added to the other
w_enc, b_enc, w_dec, b_dec, w_skip, x = parts(n)
write("learning-in-and-out/config.json", {
    "trainer": {"dict_class": "AutoEncoder", "trainer_class": "PAnnealTrainer", "activation_dim": n, "dict_size": m, "layer": 1, "lm_name": "toy/model", "submodule_name": "model.layers.1.mlp"},
    "buffer": {"d_submodule": n, "io": "in_and_out", "n_ctxs": 10, "ctx_len": 128}})
learned = {"bias": b_dec, "encoder.weight": w_enc.t().contiguous(), "encoder.bias": b_enc, "decoder.weight": w_dec.t().contiguous()}
torch.save(learned, path("learning-in-and-out/ae.pt"))
f = relu((x - b_dec) @ w_enc + b_enc)
expect("learning-in-and-out", x, f, f @ w_dec + b_dec, norms(w_dec))

# the backup of such a run: inputs and outputs divided by norm_factor
write("learning-in-and-out-backup/config.json", {
    "trainer": {"dict_class": "AutoEncoder", "trainer_class": "PAnnealTrainer", "activation_dim": n, "dict_size": m, "layer": 1, "lm_name": "toy/model"},
    "buffer": {"d_submodule": n, "io": "in_and_out", "n_ctxs": 10, "ctx_len": 128}})
torch.save({"step": 7, "ae": learned, "norm_factor": 2.5}, path("learning-in-and-out-backup/ae.pt"))
f = relu((x / 2.5 - b_dec) @ w_enc + b_enc)
expect("learning-in-and-out-backup", x, f, (f @ w_dec + b_dec) * 2.5, norms(w_dec) * 2.5)

write("expected.json", expected)
