#!/bin/sh
# Builds bpf/*.bpf.c into bpf/build/*.bpf.o: portable objects (CO-RE), the same for every kernel and architecture of one endianness.
set -eu
cd "$(dirname "$0")/.."
clang=
for name in clang-19 clang-18 clang-17 clang-16 clang; do
  if command -v "$name" >/dev/null 2>&1; then clang=$name; break; fi
done
if [ -z "$clang" ]; then
  echo "error: building the kernel programs needs clang; install it with: apt-get install clang-19 libbpf-dev" >&2
  exit 1
fi
if [ ! -e /usr/include/bpf/bpf_helpers.h ]; then
  echo "error: building the kernel programs needs libbpf's headers; install them with: apt-get install libbpf-dev" >&2
  exit 1
fi
mkdir -p bpf/build
arch_include=/usr/include/$(uname -m)-linux-gnu
for source in bpf/*.bpf.c; do
  object=bpf/build/$(basename "$source" .c).o
  "$clang" -target bpf -mcpu=v3 -O2 -g -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror \
    -fdebug-prefix-map="$PWD"=. -fno-ident -idirafter "$arch_include" -Ibpf/include -c "$source" -o "$object.new"
  if command -v llvm-strip-19 >/dev/null 2>&1; then llvm-strip-19 -g "$object.new"; fi
  mv "$object.new" "$object"
done
