#!/bin/sh
# What must never drift: the kernel programs build; what is generated, from them and for Grafana, is what is checked in.
set -eu
cd "$(dirname "$0")/.."
sh tools/build-bpf.sh
PATH=$PWD/node_modules/.bin:$PATH
export PATH
node tools/gen-abi.ts --check
node tools/gen-chart.ts --check
node deploy/grafana/src/generate.ts --check
biome check --error-on-warnings .
tsc --noEmit
