# imgbuild build -var-file=example.pkrvars.hcl .
# What is in a file whose name ends in .auto.pkrvars.hcl is read without being named.
region        = "eu-central-1"
ami_regions   = ["eu-west-1"]
instance_type = "t3.small"
