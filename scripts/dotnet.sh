# Sourced by run.sh and test.sh: finds the .NET 10 SDK, or installs it with the system's package manager.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

has_dotnet() {
  command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'
}

need_dotnet() {
  has_dotnet && return
  echo "The .NET 10 SDK is not here; trying to install it." >&2
  if command -v apt-get >/dev/null; then
    as_root apt-get update -q && as_root apt-get install -y dotnet-sdk-10.0
  elif command -v dnf >/dev/null; then
    as_root dnf install -y dotnet-sdk-10.0
  elif command -v apk >/dev/null; then
    as_root apk add dotnet10-sdk
  elif command -v brew >/dev/null; then
    brew install dotnet
  fi || true
  has_dotnet && return
  echo "FeatureExplorer needs the .NET 10 SDK. Install it (its name is dotnet-sdk-10.0 in most package managers) and start again." >&2
  exit 1
}
