#!/usr/bin/env bash
# kill-test.sh [KILLS] [PROGRAM]: kills runs with SIGKILL at random moments until so many kills have hit (30), restarting each with the
# same command until it ends, and compares every weight file with that of a run nobody disturbed. PROGRAM is FeatureExplorer.Web.dll; it is built when absent.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
wanted=${1:-30}
program=${2:-$top/artifacts/bin/FeatureExplorer.Web/debug/FeatureExplorer.Web.dll}
[ -f "$program" ] || dotnet build "$top/src/FeatureExplorer.Web" -v q -nologo
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
export FEATUREEXPLORER_CHECKPOINT_SECONDS=0.1 DOTNET_TieredPGO=0

cat >"$work/run.json" <<'JSON'
{
  "preset": "demo", "heldOutTokens": 8000, "indexTokens": 8000, "evaluationTokens": 2048, "formingShare": 0,
  "transformer": { "vocabulary": 400, "dModel": 32, "dMlp": 64, "heads": 2, "context": 64, "tokens": 250000, "largestPasses": 20, "batchWindows": 8 },
  "dictionaries": [
    { "features": 128, "samples": 80000, "batch": 256 },
    { "features": 96, "variant": "batchtopk", "k": 8, "samples": 60000, "batch": 256 }
  ]
}
JSON
start() { dotnet "$program" run --config "$work/run.json" --corpus "$top/data/demo" --seed 7 --data "$1" >"$work/out" 2>"$work/err" & pid=$!; }
weights() { (cd "$1" && find . -name '*.safetensors' | sort | xargs sha256sum); }

begin=$(date +%s%N)
start "$work/undisturbed"
wait "$pid" || { cat "$work/err"; exit 1; }
length=$(( ($(date +%s%N) - begin) / 1000000 ))
weights "$work/undisturbed" >"$work/expected"
echo "undisturbed: $length ms, $(wc -l <"$work/expected") weight files"

kills=0
runs=0
while [ "$kills" -lt "$wanted" ]; do
  runs=$((runs + 1))
  data=$work/run$runs
  while true; do
    start "$data"
    delay=$(awk -v seed="$RANDOM$RANDOM" -v most="$length" 'BEGIN { srand(seed); printf "%.3f", (150 + rand() * most * 0.7) / 1000 }')
    if [ "$kills" -lt "$wanted" ]; then (sleep "$delay"; kill -9 "$pid" 2>/dev/null) & fi
    killer=$!
    code=0
    wait "$pid" 2>/dev/null || code=$?
    kill "$killer" 2>/dev/null || true
    wait "$killer" 2>/dev/null || true
    if [ "$code" -eq 137 ]; then
      kills=$((kills + 1))
    elif [ "$code" -eq 0 ]; then
      break
    else
      echo "run $runs failed with $code after $kills kills:"; cat "$work/err"; exit 1
    fi
  done
  weights "$data" >"$work/actual"
  cmp "$work/expected" "$work/actual" || { diff "$work/expected" "$work/actual"; exit 1; }
  if find "$data" -name '*training.safetensors' -o -name 'optimizer.safetensors' | grep .; then echo "left behind"; exit 1; fi
  rm -rf "$data"
done
echo "$kills kills in $runs runs: every weight file is the same, byte for byte"
