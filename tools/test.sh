#!/bin/sh
# `npm test`: set-up, static checks, then every test. Ends with `N passed, N failed`.
set -eu
cd "$(dirname "$0")/.."
sh tools/setup.sh test
PATH=$PWD/node_modules/.bin:$PATH
export PATH
biome check --error-on-warnings .
tsc --noEmit
node tools/gen-abi.ts --check
node tools/gen-chart.ts --check
exec node tools/run-tests.ts "$@"
