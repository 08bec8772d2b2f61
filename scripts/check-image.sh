#!/usr/bin/env bash
# Plays what the Dockerfile does as far as it needs no container engine: the files that it copies are enough to build the
# program, which says the version that the image is labelled with; and what the last stage holds.
set -uo pipefail
cd "$(dirname "$0")/.."

failures=0
fail() {
  echo "FAILED: $1"
  failures=$((failures + 1))
}

# Instructions on a line each, without comments; then those of the two stages.
instructions=$(sed -e '/^#/d' -e ':join' -e '/\\$/{N;s/\\\n */ /;b join' -e '}' Dockerfile)
build=$(sed -n '/^FROM .* AS build$/,/^FROM /p' <<<"$instructions" | sed '$d')
final=$(sed -n '/^FROM .* AS build$/,$p' <<<"$instructions" | sed '1d' | sed -n '/^FROM /,$p')
bases=$(grep -c '^FROM node:24-slim${NODE_DIGEST}' <<<"$instructions")
[ "$bases" -eq 2 ] || fail "$bases stages from node:24-slim with the digest given, 2 expected"

# The build stage, in a folder with nothing else in it; packages are those of `npm ci` here.
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
while read -r _ arguments; do
  read -ra sources <<<"${arguments% *}"
  target=${arguments##* }
  for source in "${sources[@]}"; do
    grep -qxF "!$source" .dockerignore || fail ".dockerignore keeps $source away"
    mkdir -p "$stage/$(dirname "$target/")"
    cp -r "$source" "$stage/$target" || fail "COPY $source"
  done
done < <(grep '^COPY ' <<<"$build")
ln -s "$PWD/node_modules" "$stage/node_modules"
while read -r _ command; do
  case $command in
    'npm ci'*) ;;
    *) (cd "$stage" && VERSION=$(sed -n 's/^ARG VERSION=//p' <<<"$instructions") bash -c "$command") || fail "RUN $command" ;;
  esac
done < <(grep '^RUN ' <<<"$build")

# The last stage.
while read -r _ arguments; do
  case $arguments in
    '--from=build '*)
      read -r _ source _ <<<"$arguments"
      [ -s "$stage/${source#/build/}" ] || fail "the build makes no $source"
      ;;
    'LICENSE '*) ;;
    *) fail "the last stage takes more than is built: COPY $arguments" ;;
  esac
done < <(grep '^COPY ' <<<"$final")
for program in npm npx corepack yarn; do
  grep -q "^RUN rm -rf .*/usr/local/bin/$program" <<<"$final" || fail "the last stage has $program"
done
grep -qE '^RUN rm -rf /usr/local/lib/node_modules ' <<<"$final" || fail 'the last stage has the packages of npm'
[ "$(grep -c '^RUN ' <<<"$final")" -eq 1 ] || fail 'the last stage runs more than the removal'
grep -qxE 'USER [1-9][0-9]*:[1-9][0-9]*' <<<"$final" || fail 'the last stage runs as root, or as a name that Kubernetes cannot check'
for label in title description licenses version revision base.name; do
  grep -q "org.opencontainers.image.$label=" <<<"$final" || fail "no label $label"
done

[ "$failures" -eq 0 ] && echo 'image holds'
exit $((failures > 0))
