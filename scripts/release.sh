#!/usr/bin/env bash
# Builds dist/field178-<version>: the wheel, one hash-locked list a set of extras, the list of components, the notes, and
# SHA256SUMS (needs uv).
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
folder=dist/field178-$version
wheel=field178-$version-py3-none-any.whl
rm -rf "$folder"
uv build --quiet --wheel --build-constraint requirements.lock --require-hashes --out-dir "$folder"
rm -f "$folder/.gitignore"
sum=$(sha256sum "$folder/$wheel" | cut -d ' ' -f 1)

for extras in server server,postgres server,postgres,s3; do
    list=$folder/requirements-${extras//,/-}.txt
    # shellcheck disable=SC2086  # two words an extra
    uv pip compile pyproject.toml --quiet --extra ${extras//,/ --extra } --universal --python-version 3.11 \
        --constraint requirements.lock --generate-hashes --no-header --no-annotate --no-emit-index-url -o "$list" >/dev/null
    # The wheel itself, from this folder and of this content alone: the name is free on the public index.
    echo "./$wheel --hash=sha256:$sum" >>"$list"
done
uv run --quiet --no-project --python ">=3.11" python scripts/sbom.py \
    "$folder"/requirements-server{,-postgres,-postgres-s3}.txt >"$folder/sbom.cdx.json"
cp LICENSE NOTICE "$folder"
(cd "$folder" && sha256sum -- * >SHA256SUMS)
echo "$folder"
