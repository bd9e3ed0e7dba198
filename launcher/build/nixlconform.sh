#!/usr/bin/env bash
# Judges NIXL block transfers with what lies beside this script: no Java, no Maven and no network are needed.
#
# Usage: nixlconform COMMAND [OPTION VALUE]...; nixlconform help says which
set -euo pipefail
root=$(cd -P -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)
engine=$root/engine
runtime=$engine/runtime

# At the first start: JVMs start in half the time with archives of their classes, which are large, made in two seconds, and
# valid only where they were made. Beside the place and moved, as others may be starting; without them all is as right.
archive_classes() {
    local classes=$runtime/lib/server/classes.jsa made=$engine/made.$$.jsa native_access=()
    local JAVA_VERSION MODULES
    . "$runtime/release"
    ((${JAVA_VERSION%%.*} < 22)) || native_access=(--enable-native-access=ALL-UNNAMED)
    # Only G1 can write the heap part of the first; JVMs with another collector read it.
    [[ -e $classes ]] || { "$runtime/bin/java" -XX:+UseG1GC "${native_access[@]}" -Xshare:dump \
        -XX:SharedArchiveFile="$made" && mv -f -- "$made" "$classes"; } || return
    "$engine/start" -XX:ArchiveClassesAtExit="$made" org.nixlconform.engine.process.Main warm-up \
        && mv -f -- "$made" "$engine/engine.jsa"
}
if [[ ! -e $engine/engine.jsa && -w $engine ]]; then
    archive_classes > /dev/null 2>&1 || rm -f -- "$engine/made.$$.jsa"
fi

# As Maven starts the JVM of the tests: it lives for minutes and waits.
exec "$runtime/bin/java" -Xmx256m -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Droot="$root" \
    -cp "$root/jars/*:$engine/jars/nixlconform-native.jar" org.nixlconform.launcher.Main "$@"
