#!/usr/bin/env bash
# Looks for what the engine is built with, before anything is compiled, and names all that is missing at once.
#
# Usage: prerequisites.sh JAVA_HOME
set -euo pipefail

java_home=$1
missing=()
debian=()
fedora=()

lacks() { # thing, package of Debian and Ubuntu, package of Fedora
    missing+=("$1")
    debian+=("$2")
    fedora+=("$3")
}

has() {
    command -v "$1" > /dev/null 2>&1
}

# A JDK either brings its modules as files or links from its own run-time image, and says so.
links_images() {
    [[ -x $java_home/bin/jlink && -x $java_home/bin/jar ]] || return 1
    [[ -d $java_home/jmods ]] || "$java_home/bin/jlink" --help 2>&1 | grep -qi 'run-time image enabled'
}

if [[ $(uname -s) != Linux ]]; then
    echo "[nixlconform] needs Linux, this is $(uname -s): run the build in a Linux machine or container" >&2
    exit 1
fi

has cmake || lacks 'cmake' cmake cmake
has "${CXX:-c++}" || has g++ || has clang++ || lacks 'a C++ compiler (c++, g++, clang++ or $CXX)' g++ gcc-c++
has make || has ninja || lacks 'make or ninja' make make
links_images || lacks "jlink with its modules in the JDK that runs Maven ($java_home)" \
    openjdk-17-jdk-headless 'java-21-openjdk-devel java-21-openjdk-jmods'

if ((${#missing[@]} > 0)); then
    {
        echo '[nixlconform] cannot build the engine, this machine lacks:'
        printf '[nixlconform]     %s\n' "${missing[@]}"
        echo "[nixlconform] Debian, Ubuntu : sudo apt-get install ${debian[*]}"
        echo "[nixlconform] Fedora         : sudo dnf install ${fedora[*]}"
    } >&2
    exit 1
fi
