# imgbuild build -var-file=example.pkrvars.hcl .
# What is in a file whose name ends in .auto.pkrvars.hcl is read without being named.
disk_size = 40960
cpus      = 2
memory    = 4096
headless  = false
