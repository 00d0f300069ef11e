#!/usr/bin/env python3
"""The recipe paper-2023 in plain PyTorch, on activations that `bench quality` wrote: the independent reference for quality at equal L0.

Usage: train_dictionary.py ACTIVATIONS.npy OUT --features 2048 --samples 1000000 --penalty 7e-3 [--warmup 0.2] [--rate 1e-3] [--batch 1024] [--seed 0]

Writes cfg.json and sae_weights.safetensors as SAELens lays them out, and prints one line of JSON with the seconds that training took.
"""
import argparse
import json
import math
import struct
import time
from pathlib import Path

import numpy as np
import torch


def geometric_median(x, steps=100):
    centre = x.mean(0)
    for _ in range(steps):
        weights = 1 / (x - centre).norm(dim=1).clamp_min(1e-6)
        moved = (x * weights[:, None]).sum(0) / weights.sum()
        if (moved - centre).norm() < 1e-6 * centre.norm():
            return moved
        centre = moved
    return centre


def losses(p, x, penalty):
    f = torch.relu((x - p["b_dec"]) @ p["W_enc"].T + p["b_enc"])
    error = ((f @ p["W_dec"] + p["b_dec"] - x) ** 2).mean(1)
    return error + penalty * f.sum(1), error, f


def resample(p, optimiser, dead, candidates, penalty):
    """Dead features start again at inputs drawn by the square of their loss."""
    with torch.no_grad():
        loss = torch.cat([losses(p, part, penalty)[0] for part in candidates.split(4096)])
        rows = torch.multinomial(loss.double() ** 2, len(dead), replacement=True)
        direction = candidates[rows] - p["b_dec"]
        direction = direction / direction.norm(dim=1, keepdim=True).clamp_min(1e-12)
        alive = torch.ones(len(p["b_enc"]), dtype=torch.bool)
        alive[dead] = False
        norm = (p["W_enc"][alive] if alive.any() else p["W_enc"]).norm(dim=1).mean()
        p["W_dec"][dead] = direction
        p["W_enc"][dead] = 0.2 * norm * direction
        p["b_enc"][dead] = 0
        for name in ("W_enc", "W_dec", "b_enc"):
            for moment in ("exp_avg", "exp_avg_sq"):
                optimiser.state[p[name]][moment][dead] = 0


def train(data, options):
    n = data.shape[1]
    m, batch = options.features, options.batch
    generator = torch.Generator().manual_seed(options.seed)
    sample_rows = min(65536, options.samples // 16)
    sample = torch.from_numpy(np.array(data[:sample_rows]))
    scale = math.sqrt(n) / sample.norm(dim=1).mean().item()
    bound = 1 / math.sqrt(n)
    uniform = lambda *shape: (torch.rand(*shape, generator=generator) * 2 - 1) * bound
    decoder = torch.randn(m, n, generator=generator)
    p = {
        "W_enc": uniform(m, n),
        "b_enc": uniform(m),
        "W_dec": decoder / decoder.norm(dim=1, keepdim=True),
        "b_dec": geometric_median(sample) * scale,
    }
    for tensor in p.values():
        tensor.requires_grad_(True)
    optimiser = torch.optim.Adam(p.values(), lr=options.rate)
    steps = -(-options.samples // batch)
    points = {int(share * steps) for share in (0.2, 0.4, 0.6)}
    window = max(50_000, options.samples // 50)
    last_fired = torch.zeros(m, dtype=torch.long)
    cursor = sample_rows
    for step in range(1, steps + 1):
        if cursor + batch > len(data):
            cursor = sample_rows
        x = torch.from_numpy(np.array(data[cursor:cursor + batch])) * scale
        cursor += batch
        penalty = options.penalty * (min(1, step / (options.warmup * steps)) if options.warmup > 0 else 1)
        loss, _, f = losses(p, x, penalty)
        optimiser.zero_grad()
        loss.mean().backward()
        with torch.no_grad():
            d, g = p["W_dec"], p["W_dec"].grad
            g -= (g * d).sum(1, keepdim=True) * d
        optimiser.step()
        with torch.no_grad():
            p["W_dec"] /= p["W_dec"].norm(dim=1, keepdim=True)
            last_fired[(f > 0).any(0)] = step * batch
        if step in points:
            dead = (step * batch - last_fired >= window).nonzero().flatten()
            if len(dead):
                resample(p, optimiser, dead, sample * scale, penalty)
                last_fired[dead] = step * batch
    return {name: tensor.detach() for name, tensor in p.items()}, scale


def save(p, scale, n, m, out):
    """SAELens' layout: W_enc is [n, m] there; biases are divided by the scale so that the dictionary takes activations as they are."""
    tensors = {
        "W_enc": p["W_enc"].T.contiguous(), "b_enc": p["b_enc"] / scale, "W_dec": p["W_dec"].contiguous(), "b_dec": p["b_dec"] / scale,
    }
    header, offset, body = {}, 0, b""
    for name, tensor in tensors.items():
        raw = tensor.numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        offset += len(raw)
        body += raw
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    out.mkdir(parents=True, exist_ok=True)
    (out / "sae_weights.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + body)
    (out / "cfg.json").write_text(json.dumps({
        "architecture": "standard", "d_in": n, "d_sae": m, "dtype": "float32", "apply_b_dec_to_input": True, "normalize_activations": "none",
        "activation_fn": "relu", "metadata": {}}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("activations")
    parser.add_argument("out", type=Path)
    parser.add_argument("--features", type=int, default=2048)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--penalty", type=float, default=7e-3)
    parser.add_argument("--warmup", type=float, default=0.2)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    data = np.load(options.activations, mmap_mode="r")
    start = time.perf_counter()
    p, scale = train(data, options)
    seconds = time.perf_counter() - start
    save(p, scale, data.shape[1], options.features, options.out)
    print(json.dumps({"penalty": options.penalty, "seconds": round(seconds, 1), "samplesPerSecond": round(options.samples / seconds)}))


if __name__ == "__main__":
    main()
