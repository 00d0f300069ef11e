"""Makes the fixture transformer_step.safetensors: one AdamW training step of a small transformer in PyTorch.

usage: python3 make_transformer_step.py        (PyTorch 1.13 or newer; writes beside this file)

Two layers, sizes that fill no tile. Holds the parameters before the step (before.*), their gradients (gradient.*), the parameters after two
steps with clipping (after.*), tokens and targets as float32, and in the metadata the losses and the gradient norms. The gradient of the keys' bias is zero but for rounding, which Adam with its usual
epsilon of 1e-8 would blow up to steps of their own: hence the larger one.
"""
import json, os, struct
import numpy as np
import torch, torch.nn.functional as F

LAYERS, D, MLP, HEADS, CONTEXT, V, WINDOWS = 2, 20, 28, 4, 12, 53, 3
LR, BETAS, EPS, DECAY, CLIP = 3e-3, (0.9, 0.98), 1e-5, 0.01, 0.5
torch.manual_seed(4); torch.set_num_threads(1)

shapes = {"wte.weight": (V, D), "wpe.weight": (CONTEXT, D)}
for l in range(LAYERS):
    shapes.update({
        f"h.{l}.ln_1.weight": (D,), f"h.{l}.ln_1.bias": (D,),
        f"h.{l}.attn.c_attn.weight": (D, 3 * D), f"h.{l}.attn.c_attn.bias": (3 * D,),
        f"h.{l}.attn.c_proj.weight": (D, D), f"h.{l}.attn.c_proj.bias": (D,),
        f"h.{l}.ln_2.weight": (D,), f"h.{l}.ln_2.bias": (D,),
        f"h.{l}.mlp.c_fc.weight": (D, MLP), f"h.{l}.mlp.c_fc.bias": (MLP,),
        f"h.{l}.mlp.c_proj.weight": (MLP, D), f"h.{l}.mlp.c_proj.bias": (D,)})
shapes.update({"ln_f.weight": (D,), "ln_f.bias": (D,), "lm_head.weight": (V, D)})
p = {name: (0.3 * torch.randn(shape) + (1.0 if "ln_" in name and name.endswith("weight") else 0.0)).requires_grad_() for name, shape in shapes.items()}
tokens = torch.randint(0, V, (WINDOWS, CONTEXT)); targets = torch.randint(0, V, (WINDOWS, CONTEXT))

def forward():
    x = p["wte.weight"][tokens] + p["wpe.weight"]
    for l in range(LAYERS):
        h = f"h.{l}."
        n = F.layer_norm(x, (D,), p[h + "ln_1.weight"], p[h + "ln_1.bias"], 1e-5)
        qkv = n @ p[h + "attn.c_attn.weight"] + p[h + "attn.c_attn.bias"]
        q, k, v = [z.view(WINDOWS, CONTEXT, HEADS, D // HEADS).transpose(1, 2) for z in qkv.split(D, -1)]
        scores = q @ k.transpose(-1, -2) / (D // HEADS) ** 0.5
        scores = scores.masked_fill(torch.triu(torch.ones(CONTEXT, CONTEXT, dtype=torch.bool), 1), float("-inf"))
        attended = (scores.softmax(-1) @ v).transpose(1, 2).reshape(WINDOWS, CONTEXT, D)
        x = x + attended @ p[h + "attn.c_proj.weight"] + p[h + "attn.c_proj.bias"]
        n = F.layer_norm(x, (D,), p[h + "ln_2.weight"], p[h + "ln_2.bias"], 1e-5)
        x = x + torch.relu(n @ p[h + "mlp.c_fc.weight"] + p[h + "mlp.c_fc.bias"]) @ p[h + "mlp.c_proj.weight"] + p[h + "mlp.c_proj.bias"]
    x = F.layer_norm(x, (D,), p["ln_f.weight"], p["ln_f.bias"], 1e-5)
    return F.cross_entropy((x @ p["lm_head.weight"].T).view(-1, V), targets.view(-1))

tensors, losses, norms = {f"before.{n}": t.detach().clone() for n, t in p.items()}, [], []
optimizer = torch.optim.AdamW([
    dict(params=[t for t in p.values() if t.dim() == 2], weight_decay=DECAY),
    dict(params=[t for t in p.values() if t.dim() == 1], weight_decay=0.0)], lr=LR, betas=BETAS, eps=EPS)
for step in range(2):
    optimizer.zero_grad()
    loss = forward(); loss.backward()
    if step == 0:
        tensors.update({f"gradient.{n}": t.grad.clone() for n, t in p.items()})
    norms.append(float(torch.nn.utils.clip_grad_norm_(list(p.values()), CLIP))); losses.append(float(loss))
    optimizer.step()
tensors.update({f"after.{n}": t.detach() for n, t in p.items()})
tensors["tokens"], tensors["targets"] = tokens.float(), targets.float()

header, data = {"__metadata__": {"losses": json.dumps(losses), "norms": json.dumps(norms), "torch": torch.__version__}}, b""
for name, tensor in tensors.items():
    raw = tensor.contiguous().numpy().astype("<f4").tobytes()
    header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "transformer_step.safetensors"), "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + data)
