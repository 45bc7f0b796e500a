#!/bin/sh
# What `make aws` needs, said before anything is started. Other ways to have credentials (a role of this machine, SSO) are
# found by the SDK itself; then set AWS_PROFILE or run: imgbuild build templates/aws.pkr.hcl
if [ -n "${AWS_ACCESS_KEY_ID:-}${AWS_PROFILE:-}${AWS_WEB_IDENTITY_TOKEN_FILE:-}${AWS_CONTAINER_CREDENTIALS_RELATIVE_URI:-}" ]; then exit 0; fi
if [ -e "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}" ] || [ -e "${AWS_CONFIG_FILE:-$HOME/.aws/config}" ]; then exit 0; fi
cat >&2 <<'HELP'
make aws needs credentials for Amazon EC2, and there are none in the environment or in ~/.aws.
    export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=...
or set up a profile:
    aws configure
docs/aws-permissions.md lists what they have to allow.
HELP
exit 1
