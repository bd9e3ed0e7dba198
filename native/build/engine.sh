#!/usr/bin/env bash
# Makes target/engine, the folder that is shipped to a node:
#
#   start        runs the engine's program with the flags that every engine has
#   lib/         native libraries: ours and JNA's
#   shim/        sources of one of them, to be built again against the headers of other releases of NIXL
#   fabric/      machines with simulated EFA, described for hwloc
#   jars/        the class path; our jar's manifest names the others
#   runtime/     a JVM with the modules that the class path needs, linked by jlink
#   engine.jsa   the loaded classes, archived: an engine starts in half the time
#
# Each step is left out when what it is made of has not changed.
#
# Usage: engine.sh MODULE_FOLDER JAVA_HOME JDK_MODULES JAR CLASS_PATH SKIP_TESTS
set -euo pipefail

module=$1
java_home=$2
jdk_modules=$3
jar=$4
class_path=$5
skip_tests=$6

# Targets of CMakeLists.txt that are shipped. Its other targets are built only for our own tests.
libraries=(nixlconform nixlconform_cuda nixlconform_fabric nixlconform_fault nixlconform_shim
    nixlconform_simulated_gpu)

target=$module/target
engine=$target/engine
made_of=$target/engine-made-of # what each step was made of, to compare with
log=$target/engine-build.log

say() {
    echo "[nixlconform] $*"
}

# Runs a command with its output in the log, which is shown if the command fails.
quietly() {
    local what=$1
    shift
    if ! "$@" > "$log" 2>&1; then
        tail -n 60 "$log" >&2
        echo "[nixlconform] $what failed: the lines above are the end of $log" >&2
        exit 1
    fi
}

# Whether PRODUCT is there and was made of what standard input says; if not, `remember` it when it is made.
unchanged() { # step, product
    cat > "$made_of/$1.new"
    [[ -e $2 ]] && cmp -s "$made_of/$1.new" "$made_of/$1"
}

remember() { # step
    mv "$made_of/$1.new" "$made_of/$1"
}

# A file that is equal keeps its time: the class archive is valid for exact times.
place() { # file, destination
    cmp -s "$1" "$2" || cp -p "$1" "$2"
}

build_libraries() {
    local generator=() targets=() library
    if [[ ! -e $target/cmake/CMakeCache.txt && -z ${CMAKE_GENERATOR:-} ]] && command -v ninja > /dev/null; then
        generator=(-G Ninja)
    fi
    [[ $skip_tests == true ]] && targets=(--target "${libraries[@]}")
    quietly 'cmake (configure)' cmake -S "$module" -B "$target/cmake" "${generator[@]}"
    quietly 'cmake (build)' cmake --build "$target/cmake" --parallel "$(nproc)" "${targets[@]}"
    for library in "${libraries[@]}"; do
        place "$target/cmake/lib$library.so" "$engine/lib/lib$library.so"
    done
}

place_sources() {
    local file
    for file in "$module"/src/shim/*.* "$module"/src/fabric/*.xml; do
        place "$file" "$engine/${file#"$module/src/"}"
    done
}

place_jars() {
    local entry entries wanted=(nixlconform-native.jar)
    place "$jar" "$engine/jars/nixlconform-native.jar"
    IFS=: read -r -a entries <<< "$class_path"
    for entry in "${entries[@]}"; do
        [[ -f $entry ]] || continue # the class path starts with the folder of the classes that our jar holds
        place "$entry" "$engine/jars/${entry##*/}"
        wanted+=("${entry##*/}")
    done
    for entry in "$engine"/jars/*; do
        [[ " ${wanted[*]} " == *" ${entry##*/} "* ]] || rm -- "$entry"
    done
}

# Unpacked here, so that JNA never unpacks itself into a temporary folder of a node.
extract_jna() {
    local jna
    jna=("$engine"/jars/jna-[0-9]*.jar)
    unchanged jna "$engine/lib/libjnidispatch.so" < <(echo "${jna[0]##*/}") && return
    local entry
    entry=com/sun/jna/linux-$(uname -m | tr _ -)/libjnidispatch.so
    (cd "$engine/lib" && "$java_home/bin/jar" --extract --file "${jna[0]}" "$entry" && mv "$entry" . && rm -r com)
    remember jna
}

link_runtime() {
    unchanged runtime "$engine/runtime/lib/server/classes.jsa" \
        < <(cat "$java_home/release" && echo "$java_home $jdk_modules") && return
    say "linking the engine's JVM: $jdk_modules"
    rm -rf "$engine/runtime"
    # Not compressed: the folder is compressed when it is shipped, and better.
    quietly jlink "$java_home/bin/jlink" --add-modules "$jdk_modules" --strip-debug --no-header-files \
        --no-man-pages --output "$engine/runtime"
    # With G1, as only G1 can write the heap part of the archive; engines with another collector read it.
    # The same access to native code as in start.sh: engines cannot use the module part of an archive made with another.
    local JAVA_VERSION MODULES native_access=()
    . "$engine/runtime/release"
    ((${JAVA_VERSION%%.*} < 22)) || native_access=(--enable-native-access=ALL-UNNAMED)
    quietly 'java -Xshare:dump' "$engine/runtime/bin/java" -XX:+UseG1GC "${native_access[@]}" -Xshare:dump
    remember runtime
}

archive_classes() {
    unchanged classes "$engine/engine.jsa" \
        < <(stat --format '%n %s %Y' "$engine"/jars/* "$engine/runtime/lib/server/classes.jsa" \
            && cat "$engine/start") && return
    say "archiving the engine's classes"
    rm -f "$engine/engine.jsa"
    quietly 'the engine (warm-up)' "$engine/start" -XX:ArchiveClassesAtExit="$engine/engine.jsa" \
        org.nixlconform.engine.process.Main warm-up
    if [[ ! -e $engine/engine.jsa ]]; then
        cat "$log" >&2
        echo "[nixlconform] the engine's warm-up ended well but left no class archive: it has to end by" \
            "returning from main, not by _exit" >&2
        exit 1
    fi
    remember classes
}

mkdir -p "$engine/lib" "$engine/shim" "$engine/fabric" "$engine/jars" "$made_of"
build_libraries
place_sources
place_jars
extract_jna
link_runtime
place "$module/build/start.sh" "$engine/start"
chmod +x "$engine/start"
archive_classes
