#!/usr/bin/env bash
# Judges NIXL block transfers with what lies beside this script: no Java, no Maven and no network are needed.
#
# Usage: nixlconform COMMAND [OPTION VALUE]...; nixlconform help says which
set -euo pipefail
root=$(cd -P -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)
engine=$root/engine

# Engines start in half the time with an archive of their classes, which is valid only where it was made.
if [[ ! -e $engine/engine.jsa && -w $engine ]]; then
    archive=$engine/engine.jsa.$$
    "$engine/start" -XX:ArchiveClassesAtExit="$archive" org.nixlconform.engine.process.Main warm-up > /dev/null 2>&1 \
        && mv -- "$archive" "$engine/engine.jsa" || rm -f -- "$archive"
fi

# As Maven starts the JVM of the tests: it lives for minutes and waits.
exec "$engine/runtime/bin/java" -Xmx256m -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -Droot="$root" \
    -cp "$root/jars/*:$engine/jars/nixlconform-native.jar" org.nixlconform.launcher.Main "$@"
