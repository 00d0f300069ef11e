"""Writes foreign-models/: small random models in the files of other tools, and the logits that a plain forward pass over those very tensors gives.

usage: python3 make_foreign_models.py [folder]      (needs PyTorch 1.6 or later)
Each forward pass follows the family's paper and published configuration, in double precision, on the tensors as they are named and shaped in the file:
GPT-2 (Radford et al. 2019), GPT-Neo (Black et al. 2021), GPT-NeoX (Black et al. 2022), Llama (Touvron et al. 2023), Qwen3, TransformerLens, nanoGPT, llama2.c.
"""
import json, math, os, struct, sys
import torch

root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "foreign-models")
torch.manual_seed(5)
V, T, d, L, H = 29, 12, 12, 2, 3
tokens = torch.randint(0, V, (2, 9))
expected = {"tokens": tokens.tolist()}


def folder(name):
    path = os.path.join(root, name)
    os.makedirs(path, exist_ok=True)
    return path


def safetensors(path, tensors, types=None):
    header, data = {}, b""
    for name, tensor in tensors.items():
        kind = (types or {}).get(name, "F32")
        tensor = tensor.to({"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}[kind]).contiguous()
        raw = tensor.view(torch.int16).numpy().tobytes() if kind != "F32" else tensor.numpy().tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def config(path, values):
    with open(os.path.join(path, "config.json"), "w") as file:
        json.dump(values, file, indent=1)


def random(*shape, scale=0.4):
    return (scale * torch.randn(*shape)).float()


def gain(*shape):
    return 1 + random(*shape, scale=0.2)


def layer_norm(x, w, b, eps):
    return (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + eps) * w + b


def rms_norm(x, w, eps):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps) * w


def gelu_tanh(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def gelu(x):
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))


def silu(x):
    return x * torch.sigmoid(x)


def attend(q, k, v, scale, window=None):
    """q, k, v: [windows, heads, T, size]."""
    t = q.shape[2]
    scores = q @ k.transpose(2, 3) * scale
    i, j = torch.arange(t)[:, None], torch.arange(t)[None, :]
    hidden = (j > i) if window is None else (j > i) | (i - j >= window)
    return torch.softmax(scores.masked_fill(hidden, -math.inf), -1) @ v


def heads(x, count):
    return x.view(x.shape[0], x.shape[1], count, -1).transpose(1, 2)


def join(x):
    return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], -1)


def rotate(x, dims, base, interleaved=False, frequencies=None):
    """Turns pairs of coordinates by position: (i, i + dims/2), or (2i, 2i + 1)."""
    t, half = x.shape[2], dims // 2
    f = frequencies if frequencies is not None else torch.tensor([base ** (-2 * i / dims) for i in range(half)], dtype=torch.float64)
    angle = torch.arange(t, dtype=torch.float64)[:, None] * f
    c, s = torch.cos(angle), torch.sin(angle)
    y = x.clone()
    a, b = (x[..., 0:dims:2], x[..., 1:dims:2]) if interleaved else (x[..., :half], x[..., half:dims])
    if interleaved:
        y[..., 0:dims:2], y[..., 1:dims:2] = a * c - b * s, a * s + b * c
    else:
        y[..., :half], y[..., half:dims] = a * c - b * s, a * s + b * c
    return y


def expect(name, logits):
    expected[name] = [[round(float(v), 7) for v in row] for row in logits.reshape(-1, logits.shape[-1])]


def doubles(tensors):
    return {name: tensor.double() for name, tensor in tensors.items()}


# GPT-2: Conv1D weights [in, out].
def gpt2(p, prefix="", act=gelu_tanh, eps=1e-5, by_layer=False):
    g = lambda name: p[prefix + name]
    x = g("wte.weight")[tokens] + g("wpe.weight")[: tokens.shape[1]]
    for l in range(L):
        h = f"h.{l}."
        qkv = layer_norm(x, g(h + "ln_1.weight"), g(h + "ln_1.bias"), eps) @ g(h + "attn.c_attn.weight") + g(h + "attn.c_attn.bias")
        q, k, v = (heads(part, H) for part in qkv.split(d, -1))
        scale = 1 / math.sqrt(d / H) / ((l + 1) if by_layer else 1)
        x = x + join(attend(q, k, v, scale)) @ g(h + "attn.c_proj.weight") + g(h + "attn.c_proj.bias")
        u = layer_norm(x, g(h + "ln_2.weight"), g(h + "ln_2.bias"), eps) @ g(h + "mlp.c_fc.weight") + g(h + "mlp.c_fc.bias")
        x = x + act(u) @ g(h + "mlp.c_proj.weight") + g(h + "mlp.c_proj.bias")
    return layer_norm(x, g("ln_f.weight"), g("ln_f.bias"), eps)


def gpt2_tensors(prefix="", f=4 * d):
    p = {"wte.weight": random(V, d), "wpe.weight": random(T, d)}
    for l in range(L):
        h = f"h.{l}."
        p.update({
            h + "ln_1.weight": gain(d), h + "ln_1.bias": random(d), h + "attn.c_attn.weight": random(d, 3 * d), h + "attn.c_attn.bias": random(3 * d),
            h + "attn.c_proj.weight": random(d, d), h + "attn.c_proj.bias": random(d), h + "ln_2.weight": gain(d), h + "ln_2.bias": random(d),
            h + "mlp.c_fc.weight": random(d, f), h + "mlp.c_fc.bias": random(f), h + "mlp.c_proj.weight": random(f, d), h + "mlp.c_proj.bias": random(d),
        })
    p.update({"ln_f.weight": gain(d), "ln_f.bias": random(d)})
    return {prefix + name: tensor for name, tensor in p.items()}


gpt2_config = {"model_type": "gpt2", "n_embd": d, "n_layer": L, "n_head": H, "n_positions": T, "vocab_size": V, "n_inner": None, "activation_function": "gelu_new",
               "layer_norm_epsilon": 1e-5}

p = gpt2_tensors()
path = folder("gpt2")
config(path, gpt2_config)
safetensors(os.path.join(path, "model.safetensors"), {**p, "h.0.attn.bias": torch.ones(1, 1, T, T)})
expect("gpt2", gpt2(doubles(p)) @ p["wte.weight"].double().T)

# With the prefix of save_pretrained, an untied head, in PyTorch's file, scores divided by the number of the layer.
p = {**gpt2_tensors("transformer.", 20), "lm_head.weight": random(V, d)}
path = folder("gpt2-bin")
config(path, {**gpt2_config, "n_inner": 20, "tie_word_embeddings": False, "activation_function": "relu", "scale_attn_by_inverse_layer_idx": True})
torch.save(p, os.path.join(path, "pytorch_model.bin"))
expect("gpt2-bin", gpt2(doubles(p), "transformer.", torch.relu, by_layer=True) @ p["lm_head.weight"].double().T)

# In two pieces, of half precision.
p = {name: tensor.half() if l % 2 else tensor.bfloat16() for l, (name, tensor) in enumerate(gpt2_tensors().items())}
path = folder("gpt2-pieces")
config(path, gpt2_config)
names = list(p)
pieces = {"model-00001-of-00002.safetensors": names[:9], "model-00002-of-00002.safetensors": names[9:]}
for piece, part in pieces.items():
    safetensors(os.path.join(path, piece), {name: p[name] for name in part}, {name: "F16" if p[name].dtype == torch.float16 else "BF16" for name in part})
with open(os.path.join(path, "model.safetensors.index.json"), "w") as file:
    json.dump({"metadata": {}, "weight_map": {name: piece for piece, part in pieces.items() for name in part}}, file)
expect("gpt2-pieces", gpt2(doubles(p)) @ p["wte.weight"].double().T)

# GPT-Neo: Linear weights [out, in], no biases of queries, keys and values, scores not divided, local attention in every second layer.
p, f, window = {"transformer.wte.weight": random(V, d), "transformer.wpe.weight": random(T, d)}, 4 * d, 4
for l in range(L):
    h = f"transformer.h.{l}."
    p.update({h + "ln_1.weight": gain(d), h + "ln_1.bias": random(d), h + "ln_2.weight": gain(d), h + "ln_2.bias": random(d)})
    p.update({f"{h}attn.attention.{part}_proj.weight": random(d, d) for part in "qkv"})
    p.update({h + "attn.attention.out_proj.weight": random(d, d), h + "attn.attention.out_proj.bias": random(d), h + "mlp.c_fc.weight": random(f, d), h + "mlp.c_fc.bias": random(f),
              h + "mlp.c_proj.weight": random(d, f), h + "mlp.c_proj.bias": random(d)})
p.update({"transformer.ln_f.weight": gain(d), "transformer.ln_f.bias": random(d)})
path = folder("gpt-neo")
config(path, {"model_type": "gpt_neo", "hidden_size": d, "num_layers": L, "num_heads": H, "intermediate_size": None, "max_position_embeddings": T, "vocab_size": V,
              "activation_function": "gelu_new", "attention_types": [[["global", "local"], 1]], "window_size": window, "layer_norm_epsilon": 1e-5})
torch.save({**p, "transformer.h.0.attn.attention.masked_bias": torch.tensor(-1e9), "lm_head.weight": p["transformer.wte.weight"]}, os.path.join(path, "pytorch_model.bin"))
g = doubles(p)
x = g["transformer.wte.weight"][tokens] + g["transformer.wpe.weight"][: tokens.shape[1]]
for l in range(L):
    h = f"transformer.h.{l}."
    y = layer_norm(x, g[h + "ln_1.weight"], g[h + "ln_1.bias"], 1e-5)
    q, k, v = (heads(y @ g[f"{h}attn.attention.{part}_proj.weight"].T, H) for part in "qkv")
    x = x + join(attend(q, k, v, 1, None if l % 2 == 0 else window)) @ g[h + "attn.attention.out_proj.weight"].T + g[h + "attn.attention.out_proj.bias"]
    u = layer_norm(x, g[h + "ln_2.weight"], g[h + "ln_2.bias"], 1e-5) @ g[h + "mlp.c_fc.weight"].T + g[h + "mlp.c_fc.bias"]
    x = x + gelu_tanh(u) @ g[h + "mlp.c_proj.weight"].T + g[h + "mlp.c_proj.bias"]
expect("gpt-neo", layer_norm(x, g["transformer.ln_f.weight"], g["transformer.ln_f.bias"], 1e-5) @ g["transformer.wte.weight"].T)


# GPT-NeoX: rows of query_key_value are (head, part, coordinate).
def neox(name, parallel, extra):
    n, f, heads_, size = 16, 24, 2, 8
    p = {"gpt_neox.embed_in.weight": random(V, n)}
    for l in range(L):
        h = f"gpt_neox.layers.{l}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            p.update({f"{h}{norm}.weight": gain(n), f"{h}{norm}.bias": random(n)})
        for linear, (o, i) in {"attention.query_key_value": (3 * n, n), "attention.dense": (n, n), "mlp.dense_h_to_4h": (f, n), "mlp.dense_4h_to_h": (n, f)}.items():
            p.update({f"{h}{linear}.weight": random(o, i), f"{h}{linear}.bias": random(o)})
    p.update({"gpt_neox.final_layer_norm.weight": gain(n), "gpt_neox.final_layer_norm.bias": random(n), "embed_out.weight": random(V, n)})
    path = folder(name)
    config(path, {"model_type": "gpt_neox", "hidden_size": n, "num_hidden_layers": L, "num_attention_heads": heads_, "intermediate_size": f, "max_position_embeddings": T,
                  "vocab_size": V, "hidden_act": "gelu", "layer_norm_eps": 1e-5, "use_parallel_residual": parallel, "tie_word_embeddings": False, **extra})
    safetensors(os.path.join(path, "model.safetensors"), {**p, "gpt_neox.layers.0.attention.rotary_emb.inv_freq": random(2)})
    g = doubles(p)
    x = g["gpt_neox.embed_in.weight"][tokens]
    for l in range(L):
        h = f"gpt_neox.layers.{l}."
        y = layer_norm(x, g[h + "input_layernorm.weight"], g[h + "input_layernorm.bias"], 1e-5)
        qkv = (y @ g[h + "attention.query_key_value.weight"].T + g[h + "attention.query_key_value.bias"]).view(2, -1, heads_, 3, size)
        q, k, v = (qkv[:, :, :, part].transpose(1, 2) for part in range(3))
        q, k = (rotate(part, 4, 10000) for part in (q, k))
        attention = join(attend(q, k, v, 1 / math.sqrt(size))) @ g[h + "attention.dense.weight"].T + g[h + "attention.dense.bias"]
        middle = x if parallel else x + attention
        u = layer_norm(middle, g[h + "post_attention_layernorm.weight"], g[h + "post_attention_layernorm.bias"], 1e-5) @ g[h + "mlp.dense_h_to_4h.weight"].T + g[h + "mlp.dense_h_to_4h.bias"]
        x = x + attention + gelu(u) @ g[h + "mlp.dense_4h_to_h.weight"].T + g[h + "mlp.dense_4h_to_h.bias"]
    expect(name, layer_norm(x, g["gpt_neox.final_layer_norm.weight"], g["gpt_neox.final_layer_norm.bias"], 1e-5) @ g["embed_out.weight"].T)


neox("gpt-neox", True, {"rotary_pct": 0.5, "rotary_emb_base": 10000})
neox("gpt-neox-serial", False, {"rope_parameters": {"rope_theta": 10000, "partial_rotary_factor": 0.5, "rope_type": "default"}})


# Llama and its like: keys and values shared among heads.
def llama(name, kind, size, keys, tied, extra, bias=(), qk_norm=False, base=10000.0, frequencies=None, eps=1e-6):
    count, n, f = 4, 16, 20
    p = {"model.embed_tokens.weight": random(V, n)}
    for l in range(L):
        h = f"model.layers.{l}."
        p.update({h + "input_layernorm.weight": gain(n), h + "post_attention_layernorm.weight": gain(n)})
        for part, shape in {"self_attn.q_proj": (count * size, n), "self_attn.k_proj": (keys * size, n), "self_attn.v_proj": (keys * size, n), "self_attn.o_proj": (n, count * size),
                            "mlp.gate_proj": (f, n), "mlp.up_proj": (f, n), "mlp.down_proj": (n, f)}.items():
            p[f"{h}{part}.weight"] = random(*shape)
            if part in bias:
                p[f"{h}{part}.bias"] = random(shape[0])
        if qk_norm:
            p.update({h + "self_attn.q_norm.weight": gain(size), h + "self_attn.k_norm.weight": gain(size)})
    p["model.norm.weight"] = gain(n)
    if not tied:
        p["lm_head.weight"] = random(V, n)
    path = folder(name)
    config(path, {"model_type": kind, "hidden_size": n, "num_hidden_layers": L, "num_attention_heads": count, "num_key_value_heads": keys, "intermediate_size": f,
                  "max_position_embeddings": T, "vocab_size": V, "hidden_act": "silu", "rms_norm_eps": eps, "tie_word_embeddings": tied, **extra})
    safetensors(os.path.join(path, "model.safetensors"), p)
    g = doubles(p)
    linear = lambda y, name: y @ g[name + ".weight"].T + (g[name + ".bias"] if name + ".bias" in g else 0)
    x = g["model.embed_tokens.weight"][tokens]
    for l in range(L):
        h = f"model.layers.{l}."
        y = rms_norm(x, g[h + "input_layernorm.weight"], eps)
        q, k, v = heads(linear(y, h + "self_attn.q_proj"), count), heads(linear(y, h + "self_attn.k_proj"), keys), heads(linear(y, h + "self_attn.v_proj"), keys)
        if qk_norm:
            q, k = rms_norm(q, g[h + "self_attn.q_norm.weight"], eps), rms_norm(k, g[h + "self_attn.k_norm.weight"], eps)
        q, k = (rotate(part, size, base, frequencies=frequencies) for part in (q, k))
        k, v = (part.repeat_interleave(count // keys, 1) for part in (k, v))
        x = x + linear(join(attend(q, k, v, 1 / math.sqrt(size))), h + "self_attn.o_proj")
        y = rms_norm(x, g[h + "post_attention_layernorm.weight"], eps)
        x = x + linear(silu(linear(y, h + "mlp.gate_proj")) * linear(y, h + "mlp.up_proj"), h + "mlp.down_proj")
    expect(name, rms_norm(x, g["model.norm.weight"], eps) @ g["model.embed_tokens.weight" if tied else "lm_head.weight"].T)


llama("llama", "llama", 4, 2, False, {"rope_theta": 10000.0})
low, high, original, factor = 1.0, 4.0, 8.0, 8.0
f3 = []
for i in range(2):
    f = 100.0 ** (-2 * i / 4)
    wave = 2 * math.pi / f
    if wave < original / high:
        f3.append(f)
    elif wave > original / low:
        f3.append(f / factor)
    else:
        smooth = (original / wave - low) / (high - low)
        f3.append((1 - smooth) * f / factor + smooth * f)
llama("llama3", "llama", 4, 1, True, {"rope_theta": 100.0, "rope_scaling": {"rope_type": "llama3", "factor": factor, "low_freq_factor": low, "high_freq_factor": high,
                                                                           "original_max_position_embeddings": original}}, frequencies=torch.tensor(f3, dtype=torch.float64))
llama("qwen2", "qwen2", 4, 2, True, {"rope_theta": 1000.0, "use_sliding_window": False, "sliding_window": 4}, bias=("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"), base=1000.0)
llama("qwen3", "qwen3", 6, 2, False, {"rope_theta": 1000.0, "head_dim": 6}, qk_norm=True, base=1000.0)

# TransformerLens: a matrix for each head, [head, d, size]; the unembedding is [d, V].
size, f = 4, 20
p = {"embed.W_E": random(V, d), "pos_embed.W_pos": random(T, d)}
for l in range(L):
    h = f"blocks.{l}."
    p.update({f"{h}attn.W_{part}": random(H, d, size) for part in "QKV"})
    p.update({f"{h}attn.b_{part}": random(H, size) for part in "QKV"})
    p.update({h + "attn.W_O": random(H, size, d), h + "attn.b_O": random(d), h + "ln1.w": gain(d), h + "ln1.b": random(d), h + "ln2.w": gain(d), h + "ln2.b": random(d),
              h + "mlp.W_in": random(d, f), h + "mlp.b_in": random(f), h + "mlp.W_out": random(f, d), h + "mlp.b_out": random(d), h + "attn.mask": torch.ones(T, T).tril().bool()})
p.update({"ln_final.w": gain(d), "ln_final.b": random(d), "unembed.W_U": random(d, V), "unembed.b_U": random(V)})
path = folder("transformer-lens")
config(path, {"d_model": d, "n_layers": L, "d_mlp": f, "d_head": size, "n_heads": H, "n_ctx": T, "d_vocab": V, "act_fn": "gelu", "attn_only": False, "normalization": "LN",
              "tokenizer_name": "toy"})
torch.save(p, os.path.join(path, "model_final.pth"))
g = doubles(p)
x = g["embed.W_E"][tokens] + g["pos_embed.W_pos"][: tokens.shape[1]]
for l in range(L):
    h = f"blocks.{l}."
    y = layer_norm(x, g[h + "ln1.w"], g[h + "ln1.b"], 1e-5)
    q, k, v = (torch.einsum("btd,hdi->bhti", y, g[f"{h}attn.W_{part}"]) + g[f"{h}attn.b_{part}"][:, None] for part in "QKV")
    x = x + torch.einsum("bhti,hid->btd", attend(q, k, v, 1 / math.sqrt(size)), g[h + "attn.W_O"]) + g[h + "attn.b_O"]
    y = layer_norm(x, g[h + "ln2.w"], g[h + "ln2.b"], 1e-5)
    x = x + gelu(y @ g[h + "mlp.W_in"] + g[h + "mlp.b_in"]) @ g[h + "mlp.W_out"] + g[h + "mlp.b_out"]
expect("transformer-lens", layer_norm(x, g["ln_final.w"], g["ln_final.b"], 1e-5) @ g["unembed.W_U"] + g["unembed.b_U"])

# nanoGPT: a checkpoint of a compiled model without biases; Linear weights [out, in].
p, f = {"transformer.wte.weight": random(V, d), "transformer.wpe.weight": random(T, d)}, 4 * d
for l in range(L):
    h = f"transformer.h.{l}."
    p.update({h + "ln_1.weight": gain(d), h + "ln_2.weight": gain(d), h + "attn.c_attn.weight": random(3 * d, d), h + "attn.c_proj.weight": random(d, d),
              h + "mlp.c_fc.weight": random(f, d), h + "mlp.c_proj.weight": random(d, f)})
p.update({"transformer.ln_f.weight": gain(d)})
torch.save({"model": {**{"_orig_mod." + name: tensor for name, tensor in p.items()}, "_orig_mod.lm_head.weight": p["transformer.wte.weight"]},
            "optimizer": {"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.zeros(2)}}, "param_groups": []},
            "model_args": {"n_layer": L, "n_head": H, "n_embd": d, "block_size": T, "bias": False, "vocab_size": V, "dropout": 0.0}, "iter_num": 3, "best_val_loss": torch.tensor(2.5),
            "config": {"dataset": "toy"}}, os.path.join(folder("nanogpt"), "ckpt.pt"))
g = doubles(p)
x = g["transformer.wte.weight"][tokens] + g["transformer.wpe.weight"][: tokens.shape[1]]
for l in range(L):
    h = f"transformer.h.{l}."
    q, k, v = (heads(part, H) for part in (layer_norm(x, g[h + "ln_1.weight"], 0, 1e-5) @ g[h + "attn.c_attn.weight"].T).split(d, -1))
    x = x + join(attend(q, k, v, 1 / math.sqrt(d / H))) @ g[h + "attn.c_proj.weight"].T
    x = x + gelu(layer_norm(x, g[h + "ln_2.weight"], 0, 1e-5) @ g[h + "mlp.c_fc.weight"].T) @ g[h + "mlp.c_proj.weight"].T
expect("nanogpt/ckpt.pt", layer_norm(x, g["transformer.ln_f.weight"], 0, 1e-5) @ g["transformer.wte.weight"].T)


# llama2.c: seven numbers, then every kind of weight of all layers; rotary pairs side by side.
def llama2c(name, shared):
    n, f, count, keys, size = 16, 20, 4, 2, 4
    E, final = random(V, n), gain(n)
    stacks = {"att": gain(L, n), "wq": random(L, n, n), "wk": random(L, keys * size, n), "wv": random(L, keys * size, n), "wo": random(L, n, n), "ffn": gain(L, n),
              "w1": random(L, f, n), "w2": random(L, n, f), "w3": random(L, f, n)}
    head = random(V, n)
    with open(os.path.join(folder("llama2c"), name), "wb") as file:
        file.write(struct.pack("<7i", n, f, L, count, keys, V if shared else -V, T))
        for tensor in [E, *stacks.values(), final, torch.zeros(T, size // 2), torch.zeros(T, size // 2)] + ([] if shared else [head]):
            file.write(tensor.float().contiguous().numpy().tobytes())
    w = doubles(stacks)
    x = E.double()[tokens]
    for l in range(L):
        y = rms_norm(x, w["att"][l], 1e-5)
        q, k, v = heads(y @ w["wq"][l].T, count), heads(y @ w["wk"][l].T, keys), heads(y @ w["wv"][l].T, keys)
        q, k = (rotate(part, size, 10000, interleaved=True) for part in (q, k))
        k, v = (part.repeat_interleave(count // keys, 1) for part in (k, v))
        x = x + join(attend(q, k, v, 1 / math.sqrt(size))) @ w["wo"][l].T
        y = rms_norm(x, w["ffn"][l], 1e-5)
        x = x + (silu(y @ w["w1"][l].T) * (y @ w["w3"][l].T)) @ w["w2"][l].T
    expect("llama2c/" + name, rms_norm(x, final.double(), 1e-5) @ (E if shared else head).double().T)


llama2c("shared.bin", True)
llama2c("own-head.bin", False)

with open(os.path.join(root, "expected.json"), "w") as file:
    json.dump(expected, file)
