# Runs inside the machine being built. Put what your image needs here.
$ErrorActionPreference = 'Stop'

Set-Content -Path C:\imgbuild-release.txt -Value 'Built by imgbuild'
