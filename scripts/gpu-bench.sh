#!/usr/bin/env bash
# Measures training and indexing on a graphics card and writes a table, in under ten minutes:
#   scripts/gpu-bench.sh [DEVICE] [OUTPUT]      default: cuda:0, gpu-bench.md
# Works from the sources, or from a published folder (PROGRAM=/folder/FeatureExplorer.Web, made by scripts/publish-bench.sh) on a machine without an SDK.
# Where Torch__LibraryPath names a Python installation's PyTorch of another version than 2.10, set FEATUREEXPLORER_Torch__AnyVersion=true to try it;
# the table then says which version it was.
set -uo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
device=${1:-cuda:0} output=${2:-gpu-bench.md}
program=${PROGRAM:-"dotnet $top/artifacts/bin/FeatureExplorer.Web/release/FeatureExplorer.Web.dll"}
field() { sed -nE "s/.*\"$1\": ?([0-9.eE+-]+).*/\1/p" | head -1; }

# "1234567" and the share of the product rate, or "not measured" with the reason on standard error.
measure() {
  local name=$1 key=$2; shift 2
  local json
  if json=$($program bench "$@" --json 2>>"$output.log"); then
    printf '| %s | %s |\n' "$name" "$(printf '%s' "$json" | field "$key")"
  else
    printf '| %s | not measured |\n' "$name"
  fi
}

: >"$output.log"
if ! status=$($program torch status 2>&1); then
  printf '%s\n' "$status" >&2
  exit 1
fi
{
  printf '# Training and indexing on %s\n\n```\n%s\n```\n\n' "$device" "$status"
  printf '| step, n 512, batch 8,192 | vectors a second |\n|---|---|\n'
  for precision in float32 tf32 bf16; do
    for m in 4096 32768 131072; do
      measure "paper-2023, m $m, $precision" perSecond dictionary --features $m --batch 8192 --l0 50 --device "$device" --precision $precision
    done
  done
  measure "topk, m 32768, tf32" perSecond dictionary --features 32768 --batch 8192 --k 32 --variant topk --device "$device" --precision tf32
  printf '\n| | tokens a second |\n|---|---|\n'
  for precision in float32 tf32; do
    measure "transformer, 1 x 128, 32 windows of 256, $precision" perSecond transformer --device "$device" --precision $precision
  done
  measure "index, m 4096, 1,000,000 tokens" perSecond index --device "$device"
  peer=$top/../shared/peers/sae_step.py
  if [ -f "$peer" ] && python3 -c 'import torch' 2>/dev/null; then
    printf '\nPlain PyTorch on the same machine: %s\n' "$(python3 "$peer" --n 512 --m 4096 --batch 8192 --l0 50 --threads "$(nproc)" 2>>"$output.log" | tail -1)"
  fi
} >"$output"
cat "$output"
