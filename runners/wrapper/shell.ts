import { shellQuote } from './quote.ts';

/**
 * The attempt wrapper: POSIX shell functions that every kind of place runs around a payload. Only
 * builtins on an attempt's way, since each external program costs as much as a whole short attempt.
 *
 * `__braid_begin DIRECTORY JSON` enters `work/` and takes the claim; it fails with `__braid_line` set to
 * `duplicate` (claimed before; a line in `duplicates` says who came second) or `unreachable` (no such
 * directory). The launch text (launch.ts) then runs
 * the payload, leaves its code in `__braid_code`, and `__braid_finish` writes `exit.json`; its line of JSON
 * is left in `__braid_line` too, so that whoever listens need not read the file.
 *
 * Clock: `/proc/uptime` plus a base taken once, in steps of 10 ms; it never goes backwards. Cpu: the
 * difference of what `times` says of waited-for children, passed through a FIFO on descriptor 4, as a
 * command substitution would fork and count another process. Descriptor 5 is `/dev/null`.
 *
 * Files beside `exit.json` that are read at the end if they are there: `stop` (one word: why a watcher
 * sends signals, see stop.ts of the local runner) and `peak` (bytes, by a watcher).
 */
const FUNCTIONS = String.raw`
set -C
unset CDPATH
exec 5</dev/null
__braid_cpu_before=0
__braid_clock() {
  read -r __braid_u __braid_r </proc/uptime
  __braid_now=$((__braid_base + ${'${__braid_u%.*}'} * 1000 + 1${'${__braid_u#*.}'}0 - 1000))
}
__braid_millis() {
  __braid_s=${'${1#*m}'}; __braid_s=${'${__braid_s%s}'}
  __braid_f=${'${__braid_s#*[.,]}'}000
  __braid_v=$((${'${1%%m*}'} * 60000 + ${'${__braid_s%[.,]*}'} * 1000 + 1${'${__braid_f%"${__braid_f#???}"}'} - 1000))
}
__braid_cpu() {
  times >&4 && read -r __braid_a __braid_b <&4 && read -r __braid_a __braid_b <&4 || return
  __braid_millis "$__braid_a"; __braid_cpu_now=$__braid_v
  __braid_millis "$__braid_b"; __braid_cpu_now=$((__braid_cpu_now + __braid_v))
  __braid_fields="$__braid_fields,\"cpuMs\":$((__braid_cpu_now - __braid_cpu_before))"
  __braid_cpu_before=$__braid_cpu_now
}
__braid_begin() {
  __braid_line=unreachable
  cd "$1/work" || return 1
  __braid_line=duplicate __braid_json=$2 __braid_missing= __braid_cause=
  __braid_clock; __braid_started=$__braid_now
  { printf '{%s,%s,"startedAtMs":%s}\n' "$2" "$__braid_holder" "$__braid_now" >../claim; } 2>&5 && return
  [ -e ../claim ] && { printf '{%s,%s,"startedAtMs":%s}\n' "$2" "$__braid_holder" "$__braid_now" >>../duplicates; } 2>&5
  return 1
}
__braid_lacks() {
  __braid_missing=$__braid_missing${'${__braid_missing:+,}'}$1
}
__braid_finish() {
  __braid_fields=
  if [ -e ../stop ]; then read -r __braid_cause <../stop
  elif [ "$__braid_code" = 2 ] && ! [ -e ../stderr ]; then __braid_cause=infrastructure
  fi
  [ -z "$__braid_cause" ] || __braid_fields=",\"cause\":\"$__braid_cause\""
  if [ -e ../peak ]; then
    read -r __braid_a <../peak
    __braid_fields="$__braid_fields,\"peakMemoryBytes\":$__braid_a"
  fi
  __braid_clock
  __braid_cpu
  __braid_line="{$__braid_json,\"code\":$__braid_code$__braid_fields,\"startedAtMs\":$__braid_started,\"endedAtMs\":$__braid_now,\"missing\":[$__braid_missing],\"host\":$__braid_host}"
  printf '%s\n' "$__braid_line" >../exit.json
}
`;

/** Who holds the claims that this shell takes; `pid` and `processStart` are found by the shell itself. */
export interface WrapperSetting {
  readonly host: string;
  readonly bootId: string;
  /** Milliseconds since 1970 at the boot of this machine: wall time minus uptime. */
  readonly baseMs: number;
  /** A directory for the FIFO that `times` goes through. */
  readonly scratch: string;
}

/** Text that makes a shell ready to run launch texts. Costs two short programs, once a shell. */
export function wrapperText(setting: WrapperSetting): string {
  const host = JSON.stringify(setting.host);
  const holder = `"host":${host},"bootId":${JSON.stringify(setting.bootId)},"pid":`;
  const fifo = shellQuote(`${setting.scratch}/times`);
  return `${FUNCTIONS}
__braid_base=${setting.baseMs}
__braid_host=${shellQuote(host)}
read -r __braid_r </proc/$$/stat
set -- ${'${__braid_r##*) }'}
shift 19
__braid_holder=${shellQuote(holder)}"$$,\\"processStart\\":\\"$1\\""
mkfifo ${fifo} && exec 4<>${fifo}
`;
}
