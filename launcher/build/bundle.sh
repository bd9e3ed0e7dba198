#!/usr/bin/env bash
# Makes target/nixlconform-VERSION-linux-MACHINE.tar.gz, which runs where there is no Java, no Maven and no network:
#
#   bin/nixlconform   starts it
#   engine/           what is shipped to nodes, with a JVM that the launcher runs in as well
#   jars/             the launcher, the conformance classes and what they need
#   config/           clusters and environments; change them freely
#   nixl/             NIXL for the environments that were named, the parts that UCX and LIBFABRIC need
#   docs/, README.md
#
# Usage: bundle.sh ROOT JAVA_HOME JDK_MODULES VERSION JAR CLASS_PATH ENVIRONMENTS
set -euo pipefail

root=$1
java_home=$2
jdk_modules=$3
version=$4
jar=$5
class_path=$6
environments=${7:-}

target=$root/launcher/target
machine=$(uname -m)
name=nixlconform-$version-linux-$machine
folder=$target/bundle/$name
archive=$target/$name.tar.gz
runtime=$target/bundle-runtime
log=$target/bundle.log

say() {
    echo "[nixlconform] $*"
}

# Runs a command with its output in the log, which is shown if the command fails.
quietly() {
    local what=$1
    shift
    if ! "$@" > "$log" 2>&1; then
        tail -n 40 "$log" >&2
        echo "[nixlconform] $what failed: the lines above are the end of $log" >&2
        exit 1
    fi
}

# The engine's JVM with the modules of both, so that the archive holds one.
link_runtime() {
    local made_of
    made_of=$(cat "$java_home/release" && echo "$java_home $jdk_modules")
    [[ -e $runtime/lib/server/classes.jsa && $(cat "$runtime.made-of") == "$made_of" ]] && return
    say "linking the archive's JVM: $jdk_modules"
    rm -rf "$runtime"
    quietly jlink "$java_home/bin/jlink" --add-modules "$jdk_modules" --strip-debug --no-header-files \
        --no-man-pages --output "$runtime"
    # As for the engine: only G1 can write the heap part, and access to native code has to be as in engine/start.
    local JAVA_VERSION MODULES native_access=()
    . "$runtime/release"
    ((${JAVA_VERSION%%.*} < 22)) || native_access=(--enable-native-access=ALL-UNNAMED)
    quietly 'java -Xshare:dump' "$runtime/bin/java" -XX:+UseG1GC "${native_access[@]}" -Xshare:dump
    echo "$made_of" > "$runtime.made-of"
}

# What is in the engine is not there twice.
place_jars() {
    local entry entries
    mkdir -p "$folder/jars"
    cp -p "$jar" "$folder/jars/"
    IFS=: read -r -a entries <<< "$class_path"
    for entry in "${entries[@]}"; do
        [[ -f $entry && ! -e $folder/engine/jars/${entry##*/} && ${entry##*/} != nixlconform-native-* ]] || continue
        cp -p "$entry" "$folder/jars/"
    done
}

mkdir -p "$target"
rm -rf "$target/bundle"
mkdir -p "$folder/bin" "$folder/engine"
link_runtime
for piece in start lib shim fabric jars; do
    cp -a "$root/native/target/engine/$piece" "$folder/engine/"
done
cp -a "$runtime" "$folder/engine/runtime"
place_jars
cp -a "$root/config" "$root/docs" "$root/README.md" "$root/CHANGELOG.md" "$folder/"
cp -p "$root/launcher/build/nixlconform.sh" "$folder/bin/nixlconform"
chmod +x "$folder/bin/nixlconform"
if [[ -n $environments ]]; then
    mkdir -p "$folder/nixl"
    "$java_home/bin/java" -cp "$jar:$class_path" org.nixlconform.launcher.Pack "$root" "$folder/nixl" "$environments"
fi
tar -C "$target/bundle" --owner=0 --group=0 -I 'gzip -9' -cf "$archive.partial" "$name"
mv "$archive.partial" "$archive"
say "$archive, $(stat --format %s "$archive" | numfmt --to=iec-i --suffix=B --format=%.1f)${environments:+, with NIXL for $environments}"
