#!/bin/sh
# Ends everything of a test server and removes its directory, once standard input closes: when the process that started
# the server stops it or dies, however it dies.
#
#     guard.sh DIRECTORY
#
# DIRECTORY/groups holds a file for each process group: its name is the group, its content the signal that ends it.
trap '' INT TERM HUP
directory=$1
cat >/dev/null

alive() {
  for file in "$directory"/groups/*; do
    [ -e "$file" ] && kill -0 -- "-${file##*/}" 2>/dev/null && return 0
  done
  return 1
}

for file in "$directory"/groups/*; do
  [ -e "$file" ] && kill -s "$(cat "$file")" -- "-${file##*/}" 2>/dev/null
done
tries=0
while [ "$tries" -lt 60 ] && alive; do
  sleep 0.1
  tries=$((tries + 1))
done
for file in "$directory"/groups/*; do
  [ -e "$file" ] && kill -s KILL -- "-${file##*/}" 2>/dev/null
done
[ -n "$BRAID_PANDA_KEEP" ] || rm -rf -- "$directory"
