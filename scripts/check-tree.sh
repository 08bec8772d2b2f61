#!/usr/bin/env bash
# What is committed must work anywhere: no folder of one machine, no registry of one network.
set -uo pipefail
cd "$(dirname "$0")/.."

failures=0
# absent WHAT PATTERN PATHS...: no file that git would take holds the pattern. Brackets keep the patterns from finding themselves.
absent() {
  local what=$1 pattern=$2 status
  shift 2
  git grep --no-index --exclude-standard -nIE "$pattern" -- "$@"
  status=$?
  # 0 is found, 1 not found; anything else is git's own failure.
  [ "$status" -eq 1 ] && return
  echo "FAILED: $what (git grep: $status)"
  failures=$((failures + 1))
}
absent 'a path of one machine' '(^|[^[:alnum:]_.-])/([w]ork|[r]oot|[h]ome|[t]mp)/' . ':!test/vectors' ':!test/scenarios'
absent 'a registry host' '[r]egistry\.npmjs|[p]roxy\.golang' .
absent 'a download address in the lock file' '"resolved":' package-lock.json
absent 'a merge left half done' '^(<{7}|>{7}) ' .

[ "$failures" -eq 0 ] && echo 'tree is clean'
exit $((failures > 0))
