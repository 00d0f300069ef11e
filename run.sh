#!/usr/bin/env bash
# Builds and starts FeatureExplorer. On an empty data folder it trains the demo at once; arguments are passed on: ./run.sh run --help
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$top/scripts/dotnet.sh"
need_dotnet
cd "$top"
dotnet build src/FeatureExplorer.Web -c Release -v quiet -nologo
exec dotnet artifacts/bin/FeatureExplorer.Web/release/FeatureExplorer.Web.dll "$@"
