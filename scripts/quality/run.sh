#!/usr/bin/env bash
# What every variant reaches at three sparsities on a trained model, and beside it paper-2023 in plain PyTorch on the same file of activations.
# run.sh DATA OUT [PROGRAM]: DATA is a data folder with model A; results are JSON lines in OUT/quality.jsonl, which plot.py draws. FEATURES and SAMPLES may be set.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
data=$1 out=$2
program=${3:-$top/artifacts/bin/FeatureExplorer.Web/release/FeatureExplorer.Web.dll}
features=${FEATURES:-2048} samples=${SAMPLES:-1500000}
mkdir -p "$out"
quality() { dotnet "$program" bench quality --data "$data" --activations "$out/activations.npy" --features "$features" --samples "$samples" "$@"; }

: >"$out/quality.jsonl"
for variant in topk batchtopk matryoshka; do quality --variant $variant --sparsity 10 20 40 | tee -a "$out/quality.jsonl"; done
quality --variant paper-2023 --sparsity ${PAPER:-1.1e-2 7e-3 4.5e-3} | tee -a "$out/quality.jsonl"
quality --variant april-2024 --sparsity ${APRIL:-10 3.6 1.98} | tee -a "$out/quality.jsonl"
quality --variant gated --sparsity ${GATED:-1.73e-2 1.1e-2 7e-3} | tee -a "$out/quality.jsonl"
quality --variant jumprelu --sparsity ${JUMPRELU:-6.2e-3 2e-3} | tee -a "$out/quality.jsonl"
quality --variant jumprelu --threshold 0.05 --sparsity 1e-3 | tee -a "$out/quality.jsonl"

# PyTorch's processor time is shared between the same cores: one after the other, with the same numbers of features, vectors and steps.
for penalty in ${PAPER:-1.1e-2 7e-3 4.5e-3}; do
  seconds=$(/usr/bin/python3 "$here/train_dictionary.py" "$out/activations.npy" "$out/pytorch-$penalty" --features "$features" --samples "$samples" --penalty $penalty \
    | sed -nE 's/.*"seconds": ([0-9.]+).*/\1/p')
  quality --evaluate "$out/pytorch-$penalty" | sed -E "s|\"variant\":\"[^\"]*\",\"sparsity\":0|\"variant\":\"pytorch\",\"sparsity\":$penalty|; s|\"seconds\":0|\"seconds\":$seconds|" | tee -a "$out/quality.jsonl"
done
