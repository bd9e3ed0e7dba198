#!/usr/bin/env bash
# Makes target/nixlconform-VERSION-linux-MACHINE.tar.xz, which runs where there is no Java, no Maven and no network:
#
#   bin/nixlconform   starts it
#   engine/           what is shipped to nodes, with a JVM that the launcher runs in as well
#   jars/             the launcher, the conformance classes and what they need
#   config/           clusters and environments; change them freely
#   nixl/             NIXL for the environments that were named, the parts that UCX and LIBFABRIC need
#   docs/, README.md
#
# Usage: bundle.sh ROOT JAVA_HOME JDK_MODULES VERSION JAR CLASS_PATH COMPRESSION nixl=[ENVIRONMENT,...]
set -euo pipefail

root=$1
java_home=$2
jdk_modules=$3
version=$4
jar=$5
class_path=$6
compression=$7
environments=${8#nixl=}

target=$root/launcher/target
name=nixlconform-$version-linux-$(uname -m)
folder=$target/bundle/$name
runtime=$target/bundle-runtime
log=$target/bundle.log

say() {
    echo "[nixlconform] $*"
}

fail() {
    echo "[nixlconform] $*" >&2
    exit 1
}

size() { # file
    numfmt --to=iec-i --suffix=B --format=%.1f "$(stat --format %s "$1")"
}

# The engine's JVM with the modules of both, so that the archive holds one.
link_runtime() {
    local made_of
    made_of=$(cat "$java_home/release" && echo "$java_home $jdk_modules")
    [[ -e $runtime.made-of && $(cat "$runtime.made-of") == "$made_of" ]] && return
    say "linking the archive's JVM: $jdk_modules"
    rm -rf "$runtime" "$runtime.made-of"
    if ! "$java_home/bin/jlink" --add-modules "$jdk_modules" --strip-debug --no-header-files --no-man-pages \
        --output "$runtime" > "$log" 2>&1; then
        tail -n 40 "$log" >&2
        fail "jlink failed: the lines above are the end of $log"
    fi
    echo "$made_of" > "$runtime.made-of"
}

place_jars() {
    local entry entries
    mkdir -p "$folder/jars"
    cp -p "$jar" "$folder/jars/"
    IFS=: read -r -a entries <<< "$class_path"
    for entry in "${entries[@]}"; do
        case ${entry##*/} in
            # Is in the engine.
            nixlconform-native-*) continue ;;
            # A sixth of the archive, and of AssertJ only soft assertions and assumptions need it.
            byte-buddy-*) continue ;;
        esac
        [[ ! -f $entry || -e $folder/engine/jars/${entry##*/} ]] || cp -p "$entry" "$folder/jars/"
    done
}

case $compression in
    xz) pack=(xz -T0) suffix=xz ;;
    gzip) pack=(gzip -9) suffix=gz ;;
    *) fail "-Dbundle.compression is '$compression'; expected xz or gzip" ;;
esac
command -v "$compression" > /dev/null || fail "$compression is not installed: sudo apt-get install ${compression/xz/xz-utils}"
archive=$target/$name.tar.$suffix

rm -rf "$target/bundle"
mkdir -p "$folder/bin" "$folder/engine"
link_runtime
for piece in "$root"/native/target/engine/*; do
    case ${piece##*/} in
        runtime | engine.jsa) ;;
        *) cp -a "$piece" "$folder/engine/" ;;
    esac
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
tar -C "$target/bundle" --owner=0 --group=0 -cf - "$name" | "${pack[@]}" > "$archive.partial"
mv "$archive.partial" "$archive"
say "$archive, $(size "$archive")${environments:+, with NIXL for $environments}"
