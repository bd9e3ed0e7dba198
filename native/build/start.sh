#!/bin/sh
# Runs a program of the engine with the flags that every engine has. The JVM replaces this shell: same process id.
#
# Usage: start [JVM OPTION]... MAIN_CLASS [ARGUMENT]...
#
# The flags are for a hundred engines on one node: one collector thread, only the first compiler, a small heap (no
# block byte enters it), no shared files of the JVM's own, JNA from lib/, and what the JVM itself has to say on standard
# error, as standard output belongs to the protocol from the first byte. A later option beats an earlier one.
here=$(CDPATH='' cd -- "${0%/*}" && pwd -P) || exit 1

# No core files; a crash of native code still ends with SIGABRT. The JVM's own switch for that (CreateCoredumpOnCrash)
# would end it with exit(1) instead, through the finalisers of the library that has just crashed.
ulimit -c 0

# The archive only saves time, so the JVM keeps silent when it cannot use it (made elsewhere, a path with a space).
# One that is absent must not be named: the JVM would then leave out its own archive as well.
[ ! -e "$here/engine.jsa" ] || set -- -XX:SharedArchiveFile="$here/engine.jsa" "$@"

# Without it, JDK 24 and later warn of every load of a native library; with it, JDK 17 starts slower.
. "$here/runtime/release"
[ "${JAVA_VERSION%%.*}" -lt 22 ] || set -- --enable-native-access=ALL-UNNAMED "$@"

exec "$here/runtime/bin/java" \
    -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx48m -XX:ReservedCodeCacheSize=16m -XX:-UsePerfData -Xshare:auto \
    -Xlog:disable -Xlog:all=warning,cds*=off:stderr -Djna.boot.library.path="$here/lib" -Djna.nounpack=true \
    -Dnixlconform.library="$here/lib/libnixlconform.so" \
    -cp "$here/jars/nixlconform-native.jar" "$@"
