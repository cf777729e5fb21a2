#!/usr/bin/env bash
# Three machines on one: network namespaces with addresses of their own, a worker in each. The first one's clock is an hour ahead (where
# faketime is installed), the second is cut off for 20 s in the middle and comes back, the third one's disk takes no file above 100 kB. The
# run has to end with the bytes of one process, no stage made twice, and what the third one's disk refuses made by another.
#   sudo tests/machines.sh
# Needs a build, redis-server, ip (iproute2), root and Linux. Exit code 0 where all held.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
ntk=$root/src/NtkPipeline.Host/bin/Release/ntk.dll
work=$(mktemp -d)
net=10.77.0
pids=()
trap 'stop' EXIT

stop() {
  touch "$work/over"
  for pid in "${pids[@]}" $(cat "$work"/*.pid 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
  wait 2>/dev/null
  for k in 1 2 3; do
    # faketime's own child, and the worker's.
    for pid in $(ip netns pids "ntk$k" 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
    ip netns del "ntk$k" 2>/dev/null
  done
  ip link del ntkbr 2>/dev/null
  [ "${failed:-1}" = 0 ] && rm -rf "$work"
}

ip link add ntkbr type bridge && ip addr add $net.1/24 dev ntkbr && ip link set ntkbr up || exit 1
for k in 1 2 3; do
  ip netns add "ntk$k" && ip link add "ntkv$k" type veth peer name eth0 netns "ntk$k" || exit 1
  ip link set "ntkv$k" master ntkbr up
  ip -n "ntk$k" addr add "$net.$((k + 1))/24" dev eth0
  ip -n "ntk$k" link set eth0 up
  ip -n "ntk$k" link set lo up
done

secret=$RANDOM$RANDOM
redis-server --bind $net.1 --port 6399 --dir "$work" --save "" --appendonly yes --requirepass $secret >"$work/redis.log" &
pids+=($!)
cluster=redis://:$secret@$net.1:6399
dotnet "$ntk" cluster cert --out "$work/cluster.pem" >"$work/cert.log" || exit 1

settings=(--data "$root/data/sample" --config "$root/data/experiments/quick.json" --set embed.encoder=lsa --set train.seeds=12 --set train.widths=16,64,256,512)
run() { dotnet "$ntk" run "${settings[@]}" --store "$work/$1/store" --out "$work/$1/out" "${@:2}" >"$work/$1.out" 2>"$work/$1.err"; }
digest() { (cd "$work/$1/out" && cat report.html results.csv $(ls submission.csv 2>/dev/null) | sha256sum); }

ahead=()
if command -v faketime >/dev/null; then
  ahead=(env FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f +1h)
else
  echo "faketime is not installed: all clocks are alike"
fi

# What is its own of a machine, before the program: a clock, a disk.
own() {
  case $1 in
    1) shift; exec "${ahead[@]}" "$@" ;;
    3) shift; trap "" XFSZ; ulimit -f 100; exec env DOTNET_EnableWriteXorExecute=0 "$@" ;;
    *) shift; exec "$@" ;;
  esac
}

# A worker that finds itself declared dead ends, and its supervisor starts it anew.
supervise() {
  while [ ! -e "$work/over" ]; do
    own "$1" ip netns exec "ntk$1" dotnet "$ntk" worker --cluster "$cluster" --ip "$net.$(($1 + 1))" --certificate "$work/cluster.pem" --name "w$1" --cores 1 2>>"$work/w$1.log" >&2 &
    echo $! >"$work/w$1.pid"
    wait $!
  done
}

mkdir "$work/alone" "$work/three"
run alone || { cat "$work/alone.err"; exit 1; }
for k in 1 2 3; do supervise $k 2>/dev/null & done
# A run waits for its first worker for a minute; on a busy machine they may come later.
for _ in $(seq 600); do
  [ "$(grep -l "works for" "$work"/w?.log | wc -l)" = 3 ] && break
  sleep 0.5
done
run three --cluster "$cluster" --certificate "$work/cluster.pem" &
client=$!
until [ "$(ls "$work/three/store/runs" 2>/dev/null | wc -l)" -gt 12 ]; do sleep 0.2; kill -0 $client || break; done
ip link set ntkv2 down
echo "w2 is cut off"
sleep 20
ip link set ntkv2 up
echo "w2 is back"
wait $client
code=$?
refused=$(grep -c "tried again" "$work/three.err")
twice=$(grep -hE '^[a-z-]+[^ ]*: [0-9.]+ s, ' "$work"/w?.log | cut -d: -f1 | sort | uniq -d | wc -l)
failed=0
[ $code = 0 ] && [ "$(digest three)" = "$(digest alone)" ] && [ "$twice" = 0 ] && [ "$refused" -gt 0 ] || failed=1
echo "code $code, same bytes: $([ "$(digest three)" = "$(digest alone)" ] && echo yes || echo no), made twice: $twice, tried again: $refused"
[ $failed = 0 ] && echo "all held" || echo "something did not hold; what was said lies in $work"
exit $failed
