# imgbuild build -var-file=example.pkrvars.hcl .
# What is in a file whose name ends in .auto.pkrvars.hcl is read without being named.
# ssh_public_key = "ssh-ed25519 AAAA... you@example.com"
disk_size = "20G"
memory    = 4096
headless  = true
