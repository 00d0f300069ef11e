#!/usr/bin/env bash
# Publishes the program with its own .NET into one folder, for a machine that has no SDK: scripts/publish-bench.sh [FOLDER] (default: artifacts/bench).
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$top/scripts/dotnet.sh"
need_dotnet
target=${1:-$top/artifacts/bench}
# Lock files name no platform, so this restore keeps one of its own. Pages, their scripts and SQLite stay out: only "bench" and "torch" are meant to run there.
dotnet publish "$top/src/FeatureExplorer.Web" -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:DebugType=none \
  -p:NuGetLockFilePath=obj/bench.lock.json -o "$target" -v quiet -nologo
rm -rf "$target"/wwwroot "$target"/*.xml "$target"/*.json "$target/libe_sqlite3.so"
# The bridge to libtorch, which a Python installation does not have.
"$top/scripts/torch.sh" cpu "$top/artifacts/torch"
cp "$top/artifacts/torch/libLibTorchSharp.so" "$target/"
cp "$top/scripts/gpu-bench.sh" "$target/"
du -sm "$target"
