#!/usr/bin/env bash
# Builds and starts FeatureExplorer. On an empty data folder it trains the demo at once; arguments are passed on: ./run.sh run --help
# ./run.sh --gpu fetches libtorch into the data folder first, once: runs then use a graphics card.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$top/scripts/dotnet.sh"
need_dotnet
arguments=() gpu=
for argument in "$@"; do
  if [ "$argument" = --gpu ]; then gpu=1; else arguments+=("$argument"); fi
done
cd "$top"
echo "Building FeatureExplorer; the first time takes a minute or two." >&2
dotnet build src/FeatureExplorer.Web -c Release -v quiet -nologo
program=artifacts/bin/FeatureExplorer.Web/release/FeatureExplorer.Web.dll
if [ -n "$gpu" ]; then
  data=()
  for ((i = 0; i < ${#arguments[@]} - 1; i++)); do
    if [ "${arguments[i]}" = --data ]; then data=(--data "${arguments[i + 1]}"); fi
  done
  # An Apple chip's is part of the build for the processor.
  kind=cuda-linux
  if [ "$(uname -s)" = Darwin ]; then kind=cpu; fi
  scripts/torch.sh $kind "$(dotnet "$program" torch path ${data[@]+"${data[@]}"})"
fi
exec dotnet "$program" ${arguments[@]+"${arguments[@]}"}
