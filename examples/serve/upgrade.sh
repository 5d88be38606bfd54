#!/bin/sh
# Upgrades a running `ipem serve` and loses no request: a new master beside the old one, which goes when the new one has
# answered. If it does not in time it is stopped, and the old one goes on as before.
#
#   upgrade.sh PIDFILE URL [SECONDS]
#
# The app tells which master it belongs to: its answers have a header X-Master with process.ppid, as in hello.cjs.

set -u
pidfile=${1:?PIDFILE is missing}
url=${2:?URL is missing}
seconds=${3:-60}

old=$(cat "$pidfile") || exit 1
deadline=$(($(date +%s) + seconds))

in_time() {
  [ "$(date +%s)" -lt "$deadline" ]
}

# The pid of the new master once its file is there.
new_master() {
  pid=$(cat "$pidfile" 2>/dev/null) && [ "$pid" != "$old" ] && echo "$pid"
}

# While both serve either may answer, so it takes some requests until it is the new one.
answers() {
  curl --silent --fail --max-time 5 --output /dev/null --dump-header - "$url" | tr -d '\r' | grep -qix "x-master: $1"
}

kill -USR2 "$old" || exit 1

until new=$(new_master); do
  if ! in_time; then
    echo "no new master wrote $pidfile; $old goes on, see its log" >&2
    exit 1
  fi
  sleep 0.1
done
echo "new master: $new"

until answers "$new"; do
  # A new master that does not start ends by itself, and the old one takes its pidfile back.
  if ! kill -0 "$new" 2>/dev/null; then
    echo "$new has ended, see its log; $old goes on" >&2
    exit 1
  fi
  if ! in_time; then
    echo "$new does not answer at $url: back to $old" >&2
    kill -QUIT "$new"
    exit 1
  fi
  sleep 0.1
done

# Whoever has the file now is the one to go.
kill -QUIT "$(cat "$pidfile.oldbin")" || exit 1
while kill -0 "$old" 2>/dev/null; do sleep 0.1; done
echo "old master $old has ended"
