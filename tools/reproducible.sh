#!/usr/bin/env bash
# Shows that the same sources give the same bytes: copies what is committed here into two folders,
# builds the tarball in each, one after the other, compares, and prints the SHA-256 of each jar of
# ours and of the tarball. Exit 0: the same; 1: they differ, with the first differences; 2: the
# build failed.
#   tools/reproducible.sh [COMMIT]
set -euo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
commit=${1:-HEAD}
work=$(mktemp -d "${TMPDIR:-/tmp}/qerberos-reproducible.XXXXXX")
trap 'rm -rf "$work"' EXIT

build() {
  local folder=$1
  mkdir -p "$folder"
  git -C "$root" archive "$commit" | tar x -C "$folder"
  # Another time for every file than the one that git writes, so that none gets into the result.
  find "$folder" -exec touch -d "$2" {} +
  printf '%s\n' "builds $commit in $folder" >&2
  if ! (cd "$folder" && mvn -B -ntp -Dmaven.test.skip=true package -pl modules/qerberos -am) >"$folder.log" 2>&1; then
    grep '^\[ERROR\]' "$folder.log" | head -n 20 >&2
    exit 2
  fi
}

hashes() {
  cd "$1/modules/qerberos/target"
  sha256sum qerberos.jar lib/qerberos-*.jar THIRD-PARTY.md qerberos.cdx.json qerberos-*.tar.gz
}

build "$work/one" "2026-02-03 04:05:06"
build "$work/another folder" "2026-07-08 09:10:11"
(hashes "$work/one") >"$work/one.sha256"
(hashes "$work/another folder") >"$work/another.sha256"
cat "$work/one.sha256"
if cmp -s "$work/one.sha256" "$work/another.sha256"; then
  printf '%s\n' "the same in both folders"
  exit 0
fi
printf '%s\n' "they differ:" >&2
diff "$work/one.sha256" "$work/another.sha256" >&2 || true
exit 1
