#!/bin/sh
# Removes all that a lab may have created: reaper.sh RUN CGROUP RUN_FILE
# It waits for the end of its standard input first. The lab's owner holds the other end, so it ends with the owner,
# however that dies. RUN is enough to know what to remove: every name derives from it (run-id.ts).
set -u
trap '' HUP INT QUIT TERM PIPE
cd /
PATH="$PATH:/usr/sbin:/sbin"
run=$1 cgroup=$2 file=$3

# Refuse anything that could name more than one run.
case $run in
  ng-*[!0-9a-z-]* | ng-) echo "not a run id: $run"; exit 2 ;;
  ng-*) ;;
  *) echo "not a run id: $run"; exit 2 ;;
esac
case $cgroup in
  /*/netguard-"$run") ;;
  *) echo "not the cgroup of $run: $cgroup"; exit 2 ;;
esac

while read -r _; do :; done

kill_all() {
  if [ -e "$cgroup/cgroup.kill" ]; then
    echo 1 >"$cgroup/cgroup.kill"
  else
    find "$cgroup" -name cgroup.procs -exec cat {} + | while read -r pid; do
      [ "$pid" -gt 1 ] && kill -KILL "$pid"
    done
  fi
}

# Every process of the run, the tools that set it up included, lives in its cgroup, and one that is late to join finds no
# directory and gives up. So once the tree is gone nothing of the run can create anything any more.
tries=0
while [ -d "$cgroup" ] && [ "$tries" -lt 200 ]; do
  kill_all 2>/dev/null
  find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
  [ -d "$cgroup" ] || break
  tries=$((tries + 1))
  sleep 0.05
done

# The bridge and the veth pairs live inside these namespaces and go with them.
for path in /run/netns/"$run".*; do
  [ -e "$path" ] && ip netns del "${path##*/}" 2>/dev/null
done

left=
[ -d "$cgroup" ] && left="$left $cgroup"
for path in /run/netns/"$run".*; do
  [ -e "$path" ] && left="$left $path"
done
if [ -n "$left" ]; then
  echo "still there:$left"
  exit 1
fi
rm -f "$file" "$file.tmp"
