# imgbuild build -var-file=example.pkrvars.hcl .
# What is in a file whose name ends in .auto.pkrvars.hcl is read without being named.
name = "registry.example.com/team/image"
tags = ["1.0", "latest"]
