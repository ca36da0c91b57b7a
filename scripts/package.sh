#!/usr/bin/env bash
# Builds dist/field178_<version>_<architecture>.deb for Debian 12, 13 and Ubuntu 24.04: the release folder of
# scripts/release.sh with the wheels of all its libraries (needs uv and dpkg-deb).
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
architecture=$(dpkg --print-architecture)
case $architecture in
amd64) machine=x86_64 ;;
arm64) machine=aarch64 ;;
*) echo "no wheels for $architecture" >&2 && exit 1 ;;
esac
release=dist/field178-$version
tree=dist/deb
wheels=$tree/usr/share/field178/wheels
scripts/release.sh >/dev/null

rm -rf "$tree"
mkdir -p "$wheels" "$tree/DEBIAN"
cp "$release"/*.whl "$wheels"
# The wheel of the product is found by its name among the others; its hash stays.
sed "s|^\./field178-[^ ]*|field178[server,postgres,s3]==$version|" "$release/requirements-server-postgres-s3.txt" >"$wheels/requirements.txt"
# Python of Debian 12, Ubuntu 24.04 and Debian 13.
for python in 3.11 3.12 3.13; do
    grep -v '^field178\[' "$wheels/requirements.txt" | uv run --quiet --no-project --with pip python -m pip download --quiet --no-deps \
        --require-hashes --only-binary :all: --implementation cp --python-version $python \
        --platform "manylinux2014_$machine" --platform "manylinux_2_17_$machine" --platform "manylinux_2_28_$machine" \
        --dest "$wheels" --requirement /dev/stdin
done

install -D -m 755 server/deploy/f178 "$tree/usr/bin/f178"
install -D -m 644 -t "$tree/usr/lib/systemd/system" server/deploy/field178*.service server/deploy/field178*.timer
install -D -m 644 server/deploy/journald-field178.conf "$tree/usr/lib/systemd/journald.conf.d/field178.conf"
install -D -m 644 -t "$tree/usr/share/doc/field178" NOTICE CHANGELOG.md "$release/sbom.cdx.json"
install -D -m 644 LICENSE "$tree/usr/share/doc/field178/copyright"
size=$(du -sk --exclude DEBIAN "$tree" | cut -f 1)
sed "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/" server/debian/control >"$tree/DEBIAN/control"
install -m 644 -t "$tree/DEBIAN" server/debian/triggers
for script in postinst prerm postrm; do
    sed "s/@VERSION@/$version/" "server/debian/$script" >"$tree/DEBIAN/$script"
    chmod 755 "$tree/DEBIAN/$script"
done
# The same content gives the same file.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
find "$tree" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --build --root-owner-group -Zxz -z1 "$tree" "dist/field178_${version}_$architecture.deb" >/dev/null
rm -r "$tree"
echo "dist/field178_${version}_$architecture.deb"
