# Runs once, at the first logon: opens WinRM. NTLM is enough, with messages encrypted, so neither Basic authentication nor
# unencrypted messages are allowed.
$ErrorActionPreference = 'Stop'

# Windows takes a new network for a public one, where WinRM is closed.
Get-NetConnectionProfile | Set-NetConnectionProfile -NetworkCategory Private

Enable-PSRemoting -SkipNetworkProfileCheck -Force
Set-Item WSMan:\localhost\Shell\MaxMemoryPerShellMB 2048
Set-Item WSMan:\localhost\MaxTimeoutms 1800000

# Local accounts get all their rights over the network, too.
$policies = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
Set-ItemProperty -Path $policies -Name LocalAccountTokenFilterPolicy -Value 1 -Type DWord

Set-NetFirewallRule -Name WINRM-HTTP-In-TCP* -RemoteAddress Any -Enabled True
Set-Service -Name WinRM -StartupType Automatic
