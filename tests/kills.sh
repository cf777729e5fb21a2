#!/usr/bin/env bash
# Workers of a cluster are killed with -9 at random instants, again and again, and started anew as a supervisor would; every run has to end
# with the bytes of one process, no stage made twice but for the killed ones, and each stage that was lost taken up within 15 s.
#   tests/kills.sh [RUNS=10] [KILLS_A_RUN=5] [SEED=1]
# Needs a build, redis-server and Linux. Exit code 0 where all held.
set -u
runs=${1:-10} kills=${2:-5} RANDOM=${3:-1}
root=$(cd "$(dirname "$0")/.." && pwd)
ntk=$root/src/NtkPipeline.Host/bin/Release/ntk.dll
work=$(mktemp -d)
workers=3
most=15000
trap 'stop' EXIT

stop() {
  touch "$work/over"
  for pid in $(cat "$work"/*.pid 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
  wait 2>/dev/null
  [ "${failed:-1}" = 0 ] && rm -rf "$work"
}

port=$((20000 + RANDOM % 20000))
redis-server --bind 127.0.0.1 --port "$port" --dir "$work" --save "" --appendonly yes >"$work/redis.log" &
echo $! >"$work/redis.pid"
cluster=redis://127.0.0.1:$port

# The sample's quick run, with a few more networks, so that there is something to kill.
settings=(--data "$root/data/sample" --config "$root/data/experiments/quick.json" --set embed.encoder=lsa --set train.seeds=3 --set train.widths=512,1024,2048)
run() { dotnet "$ntk" run "${settings[@]}" --store "$work/$1/store" --out "$work/$1/out" "${@:2}" >"$work/$1.out" 2>"$work/$1.err"; }
digest() { (cd "$work/$1/out" && cat report.html results.csv $(ls submission.csv 2>/dev/null) | sha256sum); }

# A worker that is started anew whenever it ends.
supervise() {
  while [ ! -e "$work/over" ]; do
    dotnet "$ntk" worker --cluster "$cluster" --name "w$1" --cores 1 2>>"$work/w$1.log" >&2 &
    echo $! >"$work/w$1.pid"
    wait $!
  done
}

echo "one process alone, for its bytes"
mkdir "$work/alone" && run alone || { cat "$work/alone.err"; exit 1; }
wanted=$(digest alone)
stages=$(grep -c ' s, ' "$work/alone.err")
for k in $(seq $workers); do supervise "$k" 2>/dev/null & done

now() { date +%s%3N; }

failed=0 killed=0 worst=0 twice=0 taken=0
for n in $(seq "$runs"); do
  mkdir "$work/run$n"
  for k in $(seq $workers); do wc -l <"$work/w$k.log" >"$work/w$k.seen" 2>/dev/null || echo 0 >"$work/w$k.seen"; done
  run "run$n" --cluster "$cluster" &
  client=$!
  echo $client >"$work/client.pid"
  here=0
  while kill -0 $client 2>/dev/null && [ $here -lt "$kills" ]; do
    sleep "$((RANDOM % 4)).$((RANDOM % 10))"
    kill -0 $client 2>/dev/null || break
    # What each worker is at: the claims that a process of its own holds. One that is at something is killed, where there is one.
    lost=() busy=()
    for k in $(seq $workers); do
      for child in $(pgrep -P "$(cat "$work/w$k.pid")"); do
        for lease in $(grep -lx "$child" "$work/run$n"/store/claims/*/*.lease 2>/dev/null); do busy+=("$k $(basename "$(dirname "$lease")") $child"); done
      done
    done
    if [ ${#busy[@]} -gt 0 ]; then
      read -r k key child <<<"${busy[$((RANDOM % ${#busy[@]}))]}"
      lost=("$key $child")
    else
      k=$((RANDOM % workers + 1))
    fi
    victim=$(cat "$work/w$k.pid")
    kill -9 "$victim" 2>/dev/null && here=$((here + 1)) killed=$((killed + 1))
    began=$(now)
    for entry in "${lost[@]}"; do
      read -r key child <<<"$entry"
      # Taken up: another process holds it, or it is made.
      until [ -e "$work/run$n/store/runs/$key.json" ]; do
        holder=$(sed -n 2p "$work/run$n/store/claims/$key"/*.lease 2>/dev/null)
        [ -n "$holder" ] && [ "$holder" != "$child" ] && kill -0 "$holder" 2>/dev/null && break
        [ $(($(now) - began)) -gt 120000 ] && break
        sleep 0.1
      done
      took=$(($(now) - began)) taken=$((taken + 1))
      echo "  $key, killed on its way, was taken up after $took ms"
      [ $took -gt $worst ] && worst=$took
    done
  done
  wait $client
  code=$?
  made=$(for k in $(seq $workers); do tail -n +$(($(cat "$work/w$k.seen") + 1)) "$work/w$k.log"; done | grep -E '^[a-z-]+[^ ]*: [0-9.]+ s, ' | cut -d: -f1 | sort)
  again=$(echo "$made" | uniq -d | wc -l)
  twice=$((twice + again))
  same=$([ $code = 0 ] && [ "$(digest "run$n")" = "$wanted" ] && echo yes || echo no)
  echo "run $n: code $code, $here kills, same bytes: $same, told as made: $(echo "$made" | wc -l) of $stages, twice: $again"
  [ "$same" = yes ] || { failed=1; tail -5 "$work/run$n.err"; }
done

echo "$killed kills over $runs runs: $taken of them in a stage, which was taken up after $worst ms at most; told as made twice: $twice"
[ $worst -le $most ] && [ $twice = 0 ] || failed=1
[ $failed = 0 ] && echo "all held" || echo "something did not hold; what was said lies in $work"
exit $failed
