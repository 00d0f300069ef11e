#!/usr/bin/env bash
# Fetches libtorch into a folder, for the setting Torch:LibraryPath: scripts/torch.sh cpu|cuda-linux|cuda-windows [FOLDER] (default: data/torch).
# A folder that is complete stays as it is.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$top/scripts/dotnet.sh"
kind=${1:-cpu} target=${2:-$top/data/torch}
case $(uname -s)/$(uname -m) in
  Linux/x86_64) runtime=linux-x64 bridge=libLibTorchSharp.so ;;
  Linux/aarch64) runtime=linux-arm64 bridge=libLibTorchSharp.so ;;
  Darwin/arm64) runtime=osx-arm64 bridge=libLibTorchSharp.dylib ;;
  *) runtime=win-x64 bridge=LibTorchSharp.dll ;;
esac
[ -f "$target/complete" ] && [ "$(cat "$target/complete")" = "$kind" ] && exit 0
need_dotnet
mkdir -p "$target"
rm -f "$target/complete"
if ! log=$(dotnet publish "$top/scripts/TorchRuntime" -r $runtime -p:Torch="$kind" -o "$target" -v quiet -nologo 2>&1); then
  reason=$(grep -m1 -o 'error.*' <<<"$log" | sed 's/ *\[[^]]*\]$//; s/[. ]*$//' || true)
  echo "libtorch could not be fetched (${reason:-no reason given}): see that this machine reaches the package source and has free disk space, and start the same command again." >&2
  exit 1
fi
if [ $runtime = linux-x64 ] && ! reason=$(python3 -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$target/$bridge" 2>&1); then
  case $reason in
    # The bridge needs a newer libstdc++ for a symbol that it never calls.
    *GLIBCXX_3.4.32*) python3 "$top/scripts/torch-compat.py" "$target/$bridge" ;;
  esac
fi
echo "$kind" >"$target/complete"
