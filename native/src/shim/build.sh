#!/usr/bin/env bash
# Builds our libnixl_capi.so for one release of NIXL that has none, against that release's C++ headers. Says by which
# compiler on standard output.
#
# Usage: build.sh HEADERS LIBRARY
#
# HEADERS is the folder with nixl.h. LIBRARY appears whole or not at all. The library asks the loader for libnixl.so.
set -euo pipefail

sources=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
headers=$1
library=$2

for compiler in "${CXX:-c++}" g++ clang++ none; do
    command -v "$compiler" > /dev/null 2>&1 && break
done
if [[ $compiler == none ]]; then
    echo "no C++ compiler: none of ${CXX:-c++}, g++, clang++ is in $PATH" >&2
    exit 1
fi

folder=$(mktemp -d "${library%/*}/building-XXXXXX")
trap 'rm -rf -- "$folder"' EXIT

# A function that the release lacks is to be missing in the library as well.
units=(agent.cpp status.cpp transfer.cpp values.cpp)
if grep -q getXferTelemetry "$headers/nixl.h"; then
    units+=(telemetry.cpp)
fi

"$compiler" -shared -fPIC "$sources/soname.cpp" -Wl,-soname,libnixl.so -o "$folder/libnixl.so"
"$compiler" -std=c++17 -O2 -shared -fPIC -fvisibility=hidden -fvisibility-inlines-hidden -isystem "$headers" \
    "${units[@]/#/$sources/}" -Wl,--no-as-needed "$folder/libnixl.so" \
    -Wl,--version-script="$sources/shim.map" -Wl,-z,now -o "$folder/shim.so"
mv -T -- "$folder/shim.so" "$library"
"$compiler" --version | head -n 1
