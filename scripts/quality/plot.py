#!/usr/bin/env python3
"""Draws what run.sh measured: plot.py QUALITY.jsonl OUT.svg writes the picture and prints the table as Markdown."""
import json
import math
import sys

COLOURS = {"paper-2023": "#1b6fb3", "april-2024": "#7a4fb0", "topk": "#c2410c", "batchtopk": "#b45309", "matryoshka": "#8a8a00", "jumprelu": "#0f766e", "gated": "#a21caf",
           "pytorch": "#555555"}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 380, 300, 48, 28, 12, 40


def panel(rows, field, title, shift):
    values = [row[field] for row in rows]
    low, high = math.floor(20 * min(values)) / 20, math.ceil(20 * max(values)) / 20
    left_log, right_log = math.log(min(r["l0"] for r in rows) * 0.9), math.log(max(r["l0"] for r in rows) * 1.1)
    x = lambda l0: shift + LEFT + (math.log(l0) - left_log) / (right_log - left_log) * (WIDTH - LEFT - RIGHT)
    y = lambda value: HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)
    parts = [f'<text x="{shift + LEFT}" y="16" font-weight="600">{title}</text>']
    for tick in (5, 10, 20, 40, 80):
        if left_log <= math.log(tick) <= right_log:
            parts.append(f'<path d="M{x(tick):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/><text x="{x(tick):.1f}" y="{HEIGHT - 24}" text-anchor="middle">{tick}</text>')
    for step in range(round(20 * low), round(20 * high) + 1):
        parts.append(f'<path d="M{shift + LEFT} {y(step / 20):.1f}H{shift + WIDTH - RIGHT}" stroke="#ddd"/>'
                     f'<text x="{shift + LEFT - 6}" y="{y(step / 20) + 4:.1f}" text-anchor="end">{step / 20:.2f}</text>')
    parts.append(f'<text x="{shift + (LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">L0</text>')
    for name, colour in COLOURS.items():
        points = sorted((r["l0"], r[field]) for r in rows if r["variant"] == name)
        if points:
            dash = ' stroke-dasharray="5 4"' if name == "pytorch" else ""
            line = "L".join(f"{x(a):.1f} {y(b):.1f}" for a, b in points)
            parts.append(f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
            parts += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3" fill="{colour}"/>' for a, b in points]
    return parts


def main():
    rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    names = [name for name in COLOURS if any(r["variant"] == name for r in rows)]
    parts = panel(rows, "explainedVariance", "Explained variance", 0) + panel(rows, "lossRecovered", "Loss recovered (zero ablation)", WIDTH)
    for i, name in enumerate(names):
        label = "paper-2023 in PyTorch" if name == "pytorch" else name
        parts.append(f'<path d="M{2 * WIDTH + 12} {TOP + 8 + 20 * i}h18" stroke="{COLOURS[name]}" stroke-width="3"/><text x="{2 * WIDTH + 36}" y="{TOP + 12 + 20 * i}">{label}</text>')
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH + 190} {HEIGHT}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
                  + "".join(parts) + "</svg>\n")
    print("| variant | λ or k | L0 | explained variance | loss recovered (zero / mean) | seconds |\n|---|---|---|---|---|---|")
    for name in names:
        for r in sorted((r for r in rows if r["variant"] == name), key=lambda r: r["l0"]):
            print(f'| {"paper-2023 in PyTorch" if name == "pytorch" else f"`{name}`"} | {r["sparsity"]:g} | {r["l0"]:.1f} | {r["explainedVariance"]:.3f} '
                  f'| {r["lossRecovered"]:.3f} / {r["lossRecoveredFromMean"]:.3f} | {r["seconds"]:.0f} |')


if __name__ == "__main__":
    main()
