"""Writes dictionary-step.safetensors: three training steps of a small dictionary by PyTorch's autograd and Adam, in double precision.

usage: python3 make_dictionary_step.py [output]      (needs PyTorch, any version)
Tensors: x [3, batch, n]; the parameters before ("start.*") and after step 1 and step 3 ("step1.*", "step3.*"); the gradients of step 1,
before the removal of the part parallel to the decoder rows ("gradient.*"); losses [3, 2] (mse, l1). W_enc and W_dec are both [m, n].
"""
import json, struct, sys
import torch

n, m, batch, lam, lr = 24, 70, 50, 0.05, 1e-3
torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
rounded = lambda t: t.float().double()  # what float32 can hold: both sides start from the same numbers

x = rounded(torch.randn(3, batch, n) + 0.5)
W_enc = torch.nn.Parameter(rounded((torch.rand(m, n) * 2 - 1) / n ** 0.5))
b_enc = torch.nn.Parameter(rounded((torch.rand(m) * 2 - 1) / n ** 0.5))
W_dec = torch.randn(m, n)
W_dec = torch.nn.Parameter(rounded(W_dec / W_dec.norm(dim=1, keepdim=True)))
b_dec = torch.nn.Parameter(rounded(torch.randn(n) * 0.3 + 0.5))
parameters = {"W_enc": W_enc, "b_enc": b_enc, "W_dec": W_dec, "b_dec": b_dec}
optimizer = torch.optim.Adam(parameters.values(), lr=lr, betas=(0.9, 0.999), eps=1e-8)

tensors = {"x": x}
keep = lambda prefix, values: tensors.update({f"{prefix}.{name}": value.detach().clone() for name, value in values.items()})
keep("start", parameters)
losses = []
for step in range(3):
    optimizer.zero_grad()
    f = torch.relu((x[step] - b_dec) @ W_enc.T + b_enc)
    x_hat = f @ W_dec + b_dec
    mse = ((x[step] - x_hat) ** 2).mean(dim=1).mean()
    l1 = lam * f.sum(dim=1).mean()
    (mse + l1).backward()
    losses.append(torch.stack([mse, l1]).detach())
    if step == 0:
        keep("gradient", {name: p.grad for name, p in parameters.items()})
    with torch.no_grad():
        W_dec.grad -= (W_dec.grad * W_dec).sum(dim=1, keepdim=True) * W_dec
    optimizer.step()
    with torch.no_grad():
        W_dec /= W_dec.norm(dim=1, keepdim=True)
    if step in (0, 2):
        keep(f"step{step + 1}", parameters)
tensors["losses"] = torch.stack(losses)

header, data = {}, b""
for name, tensor in tensors.items():
    raw = tensor.float().contiguous().numpy().astype("<f4").tobytes()
    header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1] if len(sys.argv) > 1 else "dictionary-step.safetensors", "wb") as out:
    out.write(struct.pack("<Q", len(text)) + text + data)
