#!/usr/bin/env bash
# Plays what the Dockerfile does as far as it needs no container engine: the files that it copies are enough to build the
# program, which says the version that the image is labelled with; and the last stage adds these files and no others.
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
[ "$(grep -c '^FROM ' <<<"$instructions")" -eq 2 ] || fail 'there are other stages than two'

# The build stage, in a folder with nothing else in it; packages are those of `npm ci` here.
mkdir -p .cache
stage=$(mktemp -d "$PWD/.cache/image.XXXXXX")
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
# The same files in a folder of the stage: a link to the folder would show in the paths that the bundle names.
cp -rl node_modules "$stage" 2>/dev/null || { rm -rf "$stage/node_modules" && cp -r node_modules "$stage"; }
while read -r _ command; do
  case $command in
    'npm ci'*) ;;
    *) (cd "$stage" && VERSION=$(sed -n 's/^ARG VERSION=//p' <<<"$instructions") bash -c "$command") || fail "RUN $command" ;;
  esac
done < <(grep '^RUN ' <<<"$build")

# The last stage, with /build as the stage above left it, in a folder that is its root.
root=$stage/root
while read -r _ arguments; do
  read -ra words <<<"$arguments"
  mode='' from=$PWD
  while [[ ${words[0]} == --* ]]; do
    case ${words[0]} in
      --chmod=*) mode=${words[0]#*=} ;;
      --from=build) from=$stage ;;
      *) fail "COPY ${words[0]}: expected --chmod and --from=build alone" ;;
    esac
    words=("${words[@]:1}")
  done
  # One file to one name: a folder would bring whatever is in it.
  [ "${#words[@]}" -eq 2 ] && [[ ${words[1]} != */ ]] || fail "COPY $arguments: expected one file and its name"
  source=$from/${words[0]#/build/}
  if [ "$from" = "$PWD" ]; then grep -qxF "!${words[0]}" .dockerignore || fail ".dockerignore keeps ${words[0]} away"; fi
  [ -f "$source" ] && [ -s "$source" ] || fail "there is no file ${words[0]}"
  install -D -m "${mode:-666}" "$source" "$root${words[1]}" || fail "COPY $arguments"
done < <(grep '^COPY ' <<<"$final")
grep -qE '^(ADD|VOLUME|ONBUILD|SHELL) ' <<<"$final" && fail 'the last stage takes more than by COPY'
expected='444 /headroom/headroom.mjs
444 /usr/share/doc/headroom/LICENSE
444 /usr/share/doc/headroom/THIRD-PARTY-LICENSES.txt
444 /usr/share/doc/headroom/headroom.cdx.json'
diff <(echo "$expected") <(cd "$root" && find . ! -type d -printf '%m /%P\n' | LC_ALL=C sort -k2) || fail 'the files of the image are others'
cmp LICENSE "$root/usr/share/doc/headroom/LICENSE" || fail 'the licence of the image is another'
entry=$(sed -n 's/^ENTRYPOINT //p' <<<"$final")
[ "$entry" = '["node", "/headroom/headroom.mjs"]' ] || fail "the image starts $entry"
printed=$(cd / && node "$root/headroom/headroom.mjs" version) || fail 'the program of the image does not start'
[[ $printed == *"$(sed -n 's/^ARG VERSION=//p' <<<"$instructions" | head -n 1)"* ]] || fail "the program of the image says $printed"
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
