#!/usr/bin/env bash
# Builds dist/field178-<version>: the wheel, one hash-locked list a set of extras, the notes, and SHA256SUMS (needs uv).
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(.venv/bin/python -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
folder=dist/field178-$version
wheel=field178-$version-py3-none-any.whl
rm -rf "$folder"
.venv/bin/python -m hatchling build --target wheel --directory "$folder" >/dev/null 2>&1
sum=$(sha256sum "$folder/$wheel" | cut -d ' ' -f 1)

for extras in server server,postgres server,postgres,s3; do
    list=$folder/requirements-${extras//,/-}.txt
    uv pip compile pyproject.toml --quiet ${extras:+--extra ${extras//,/ --extra }} --universal --python-version 3.11 \
        --constraint requirements.lock --generate-hashes --no-header --no-annotate --no-emit-index-url -o "$list" >/dev/null
    # The wheel itself, from this folder and of this content alone: the name is free on the public index.
    echo "./$wheel --hash=sha256:$sum" >>"$list"
done
cp LICENSE NOTICE "$folder"
(cd "$folder" && sha256sum -- * >SHA256SUMS)
echo "$folder"
