#!/bin/sh
# `npm test`: set-up, static checks, then every test in one run of Node's test runner, whose closing lines are the result.
set -eu
cd "$(dirname "$0")/.."
sh tools/setup.sh test
PATH=$PWD/node_modules/.bin:$PATH
export PATH
biome check --error-on-warnings .
tsc --noEmit
node tools/gen-abi.ts --check
node --test --test-concurrency=2 'packages/*/src/**/*.test.ts'
# On the real kernel: one file at a time, so that no test loads the machine that another measures.
exec node --test --test-concurrency=1 'packages/*/test/**/*.test.ts' 'test/**/*.test.ts'
