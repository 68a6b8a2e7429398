#!/bin/sh
# `npm start`: everything a newcomer needs, then the demo cluster with live traffic and a real SYN flood.
set -eu
cd "$(dirname "$0")/.."
sh tools/setup.sh run
exec packages/cli/bin/netguard demo "$@"
