# Says what a node is, a line "name value" each, and changes nothing. Argument: work folder, from ~/ on or absolute.
# For any POSIX shell; what a node cannot say is left out.
say() { [ -z "$2" ] || printf '%s %s\n' "$1" "$2"; }
first() { head -n 1 2>/dev/null; }

work=$1
case $work in '~/'*) work=$HOME/${work#??} ;; esac

say host "$(cat /proc/sys/kernel/hostname 2>/dev/null)"
say user "$(id -un 2>/dev/null)"
say machine "$(uname -m)"
say kernel "$(uname -r)"
say distribution "$(sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\)"\{0,1\}/\1/p' /etc/os-release 2>/dev/null)"
say glibc "$(getconf GNU_LIBC_VERSION 2>/dev/null | sed 's/^glibc //')"
say cores "$(nproc 2>/dev/null)"
say memory-kib "$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
say huge-pages "$(sed -n 's/^HugePages_Total: *\([0-9]*\)/\1/p' /proc/meminfo)"
# Of this very session: a login shell often has another.
say memlock "$(ulimit -l 2>/dev/null)"
say open-files "$(ulimit -n 2>/dev/null)"
say tar "$(command -v tar)"
for python in python3 python3.13 python3.12 python3.11 python3.10; do
    version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
    say python "$version $python"
    say pip "$("$python" -m pip --version 2>/dev/null | first | cut -d' ' -f2)"
    break
done
say uv "$(uv --version 2>/dev/null | first)"
say nixl "$(python3 -c '
import importlib.metadata as m
print(", ".join(sorted(d.metadata["Name"] + " " + d.version for d in m.distributions() if (d.metadata["Name"] or "").lower().startswith("nixl"))))
' 2>/dev/null)"
nvidia-smi --query-gpu=index,name,driver_version,memory.total,pci.bus_id --format=csv,noheader 2>/dev/null |
    while IFS= read -r gpu; do
        bus=$(printf '%s' "$gpu" | sed 's/.*, *0*\([0-9A-Fa-f]\{4\}:.*\)/\1/' | tr 'A-F' 'a-f')
        say gpu "$gpu, NUMA node $(cat "/sys/bus/pci/devices/$bus/numa_node" 2>/dev/null || echo unknown)"
    done
say cuda "$(nvidia-smi 2>/dev/null | sed -n 's/.*CUDA Version: *\([0-9.]*\).*/\1/p')"
for device in /sys/class/infiniband/*; do
    [ -e "$device" ] || continue
    say rail "${device##*/}, NUMA node $(cat "$device/device/numa_node" 2>/dev/null || echo unknown), driver $(basename "$(readlink "$device/device/driver" 2>/dev/null)" 2>/dev/null)"
done
say infiniband-files "$(ls /dev/infiniband 2>/dev/null | tr '\n' ' ')"
say efa-installer "$(sed -n 's/^# EFA installer version: *//p' /opt/amazon/efa_installed_packages 2>/dev/null)"
info=/opt/amazon/efa/bin/fi_info
[ -x "$info" ] || info=$(command -v fi_info)
if [ -n "$info" ]; then
    say libfabric "$("$info" --version 2>/dev/null | sed -n 's/^libfabric: *//p')"
    say efa-provider "$("$info" -p efa 2>/dev/null | grep -c '^provider: efa')"
fi
say peer-memory "$(ls -d /sys/module/nvidia_peermem /sys/module/nv_peer_mem 2>/dev/null | sed 's|.*/||' | tr '\n' ' ')"
[ -e /.dockerenv ] && say container yes
folder=$work
while [ ! -e "$folder" ] && [ "$folder" != / ]; do folder=$(dirname "$folder"); done
say work-folder "$work"
[ -w "$folder" ] && say work-folder-writable yes
say disk-kib "$(df -Pk "$folder" 2>/dev/null | awk 'NR == 2 {print $4}')"
say mount-options "$(awk -v at="$(df -P "$folder" 2>/dev/null | awk 'NR == 2 {print $6}')" '$2 == at {print $4}' /proc/mounts 2>/dev/null | tail -n 1)"
ip -o address show 2>/dev/null | awk '{print "address " $2 " " $4}' || true
say seconds "$(date +%s.%N)"
