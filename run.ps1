# Builds and starts FeatureExplorer on Windows. On an empty data folder it trains the demo at once; arguments are passed on: .\run.ps1 run --help
# .\run.ps1 -Gpu fetches libtorch for CUDA into the data folder first, once: runs then use the NVIDIA card.
param([switch]$Gpu, [Parameter(ValueFromRemainingArguments)][string[]]$Arguments)
$ErrorActionPreference = 'Stop'
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Write-Error 'FeatureExplorer needs the .NET 10 SDK: winget install Microsoft.DotNet.SDK.10'
}
Push-Location $PSScriptRoot
try {
    dotnet build src/FeatureExplorer.Web -c Release -v quiet -nologo
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
    $program = 'artifacts/bin/FeatureExplorer.Web/release/FeatureExplorer.Web.dll'
    if ($Gpu) {
        $at = [array]::IndexOf(@($Arguments), '--data')
        $data = if ($at -ge 0) { @('--data', $Arguments[$at + 1]) } else { @() }
        $folder = dotnet $program torch path @data
        if (-not (Test-Path (Join-Path $folder 'complete'))) {
            # What dotnet writes to its error stream is part of the log, not an error of this script.
            $ErrorActionPreference = 'Continue'
            $log = dotnet publish scripts/TorchRuntime -r win-x64 -p:Torch=cuda-windows -o $folder -v quiet -nologo 2>&1 | Out-String
            if ($LASTEXITCODE) {
                $reason = ([regex]::Match($log, 'error.*').Value -replace ' *\[[^\]]*\]\s*$', '').TrimEnd('.', ' ', "`r")
                if (-not $reason) { $reason = 'no reason given' }
                [Console]::Error.WriteLine("libtorch could not be fetched ($reason): see that this machine reaches the package source and has free disk space, and start the same command again.")
                exit 1
            }
            $ErrorActionPreference = 'Stop'
            Set-Content (Join-Path $folder 'complete') 'cuda-windows'
        }
    }
    dotnet $program @Arguments
    exit $LASTEXITCODE
}
finally {
    Pop-Location
}
