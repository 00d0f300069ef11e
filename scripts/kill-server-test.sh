#!/usr/bin/env bash
# Kills the server at random moments while it trains and indexes under page load, starts it again, and checks that nothing is lost: the database is
# whole after every kill, and the finished weights are those of a run that nobody disturbed. kill-server-test.sh [KILLS] [PORT]
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kills=${1:-50} port=${2:-5107}
program=${PROGRAM:-$top/artifacts/bin/FeatureExplorer.Web/release/FeatureExplorer.Web.dll}
work=$(mktemp -d)
export FEATUREEXPLORER_CHECKPOINT_SECONDS=0.5
server=0 load=0
stop() { [ "$load" = 0 ] || kill "$load" 2>/dev/null || true; [ "$server" = 0 ] || kill -9 "$server" 2>/dev/null || true; rm -rf "$work"; }
trap stop EXIT

cat >"$work/run.json" <<'JSON'
{
  "preset": "demo",
  "transformer": { "vocabulary": 512, "tokens": 400000 },
  "heldOutTokens": 60000, "indexTokens": 50000, "evaluationTokens": 4096, "formingShare": 0.3,
  "dictionaries": [{ "name": "0", "features": 128, "samples": 100000, "batch": 512 }, { "name": "1", "features": 256, "samples": 300000, "batch": 512 }]
}
JSON

weights() { (cd "$1" && sha256sum models/A/model.safetensors dictionaries/A/{0,1}/sae_weights.safetensors | cut -d' ' -f1 | tr '\n' ' '); }
sql() { python3 -c 'import sqlite3,sys; print("\n".join(" ".join(map(str,r)) for r in sqlite3.connect(sys.argv[1],timeout=30).execute(sys.argv[2])))' "$1/featureexplorer.db" "$2"; }
serve() {
  dotnet "$program" serve --data "$1" --no-demo --urls "http://127.0.0.1:$port" >>"$work/server.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$port/healthz/live" && return; sleep 0.1; done
  echo "The server does not start:" >&2; tail -20 "$work/server.log" >&2; exit 1
}
pages() { while true; do for page in / /runs /runs/1 /A/1 /A/1/3 /api/v1/runs/1/metrics; do curl -s -o /dev/null --max-time 5 "http://127.0.0.1:$port$page" || true; done; done; }

echo "An undisturbed run ..."
dotnet "$program" run --config "$work/run.json" --data "$work/calm" >/dev/null 2>&1
expected=$(weights "$work/calm")
done=0 round=0
pages & load=$!
while [ "$done" -lt "$kills" ]; do
  round=$((round + 1))
  data="$work/round$round"
  dotnet "$program" run --config "$work/run.json" --data "$data" --queue >/dev/null
  here=0
  while true; do
    serve "$data"
    sleep "$(awk -v s="$RANDOM" 'BEGIN { srand(s); print 0.3 + 4.5 * rand() }')"
    state=$(sql "$data" 'SELECT Status FROM Runs WHERE Id = 1')
    if [ "$state" = Finished ] || [ "$state" = Failed ] || [ "$done" -ge "$kills" ]; then break; fi
    kill -9 "$server"; wait "$server" 2>/dev/null || true
    done=$((done + 1)) here=$((here + 1))
    whole=$(sql "$data" 'PRAGMA integrity_check')
    [ "$whole" = ok ] || { echo "Kill $done: the database is damaged: $whole" >&2; exit 1; }
    [ "$(sql "$data" 'SELECT COUNT(*) FROM Runs')" = 1 ] || { echo "Kill $done: the run is lost." >&2; exit 1; }
  done
  for _ in $(seq 600); do state=$(sql "$data" 'SELECT Status FROM Runs WHERE Id = 1'); [ "$state" = Queued ] || [ "$state" = Running ] || break; sleep 0.5; done
  kill -9 "$server"; wait "$server" 2>/dev/null || true; server=0
  [ "$state" = Finished ] || { echo "Round $round ended as $state: $(sql "$data" 'SELECT Error FROM Runs')" >&2; exit 1; }
  [ "$(weights "$data")" = "$expected" ] || { echo "Round $round: other weights than the undisturbed run." >&2; exit 1; }
  echo "Round $round: $here kills, same weights ($done of $kills)."
  rm -rf "$data"
done
echo "$done kills in $round rounds: the database was whole after each, no run was lost, and all final weights equal those of the undisturbed run."
