[CmdletBinding(SupportsShouldProcess)]
param ([string[]]$Path)
# What is younger belongs to this very run.
$began = (Get-Process -Id $PID).StartTime
$items = Get-Item -Path $Path -Force -ErrorAction SilentlyContinue |
    Where-Object -Property CreationTime -LE -Value $began |
    Sort-Object -Property FullName -Unique
foreach ($item in $items) {
    if (-not (Test-Path -LiteralPath $item.FullName)) { continue }
    try {
        Remove-Item -LiteralPath $item.FullName -Recurse -Force -ErrorAction Stop
        [pscustomobject]@{ Path = $item.FullName; Reason = $null }
    } catch {
        [pscustomobject]@{ Path = $item.FullName; Reason = $_.Exception.Message }
    }
}
