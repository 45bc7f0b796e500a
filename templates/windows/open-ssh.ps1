# Runs once, at the first logon: installs and opens the OpenSSH server. From Windows Server 2025 on it is there already; older
# ones fetch it from Windows Update.
$ErrorActionPreference = 'Stop'

if (-not (Get-Service -Name sshd -ErrorAction SilentlyContinue)) {
    Add-WindowsCapability -Online -Name OpenSSH.Server~~~~0.0.1.0
}
Set-Service -Name sshd -StartupType Automatic
Start-Service -Name sshd

if (Get-NetFirewallRule -Name OpenSSH-Server-In-TCP -ErrorAction SilentlyContinue) {
    Set-NetFirewallRule -Name OpenSSH-Server-In-TCP -Profile Any -Enabled True
} else {
    New-NetFirewallRule -Name OpenSSH-Server-In-TCP -DisplayName 'OpenSSH Server' -Protocol TCP -LocalPort 22 -Direction Inbound -Action Allow
}
