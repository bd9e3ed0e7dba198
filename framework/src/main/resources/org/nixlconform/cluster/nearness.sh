# Where GPUs and rails hang: "gpu-path INDEX FOLDER" and "rail-path NAME FOLDER", folders of sysfs.
nvidia-smi --query-gpu=index,pci.bus_id --format=csv,noheader 2>/dev/null |
    while IFS=', ' read -r index bus; do
        bus=$(printf '%s' "$bus" | sed 's/^0*\([0-9A-Fa-f]\{4\}:\)/\1/' | tr 'A-F' 'a-f')
        printf 'gpu-path %s %s\n' "$index" "$(readlink -f "/sys/bus/pci/devices/$bus")"
    done
for device in /sys/class/infiniband/*; do
    [ -e "$device" ] || continue
    printf 'rail-path %s %s\n' "${device##*/}" "$(readlink -f "$device/device")"
done
