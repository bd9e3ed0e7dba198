# Runs on the head of a Ray cluster, in a Python that has ray: says which nodes there are, and holds GPUs for us.
# Arguments: address of Ray or "auto", seconds after which it ends when it hears nothing.
# Questions come as lines of JSON, an empty line is a sign of life; each question has one line of JSON as its answer.
# It ends at the end of its input, whatever it is doing then; Ray removes the groups of a program that is gone.
import json
import os
import queue
import socket
import sys
import threading

OLDEST = (2, 0)
CONNECT_SECONDS = 5
GPU_IDS_SECONDS = 60

answers = os.fdopen(os.dup(1), "w")
# What Ray writes is not for us, and nobody reads it there.
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(1, 2)

questions = queue.Queue()
groups = {}


def say(**answer):
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def refuse(why, **facts):
    say(refused=why, python=sys.executable, **facts)
    os._exit(1)


def listen(heard):
    for line in sys.stdin.buffer:
        heard.set()
        if line.strip():
            questions.put(line)
    os._exit(0)


def expire(heard, seconds):
    while heard.wait(seconds):
        heard.clear()
    os._exit(0)


def imported():
    try:
        import ray

        return ray
    except ImportError as absent:
        refuse("no ray", actual=str(absent))


def located(address):
    """The address of Ray where that can be told, so that one that is down is told at once: Ray itself tries for minutes."""
    try:
        from ray._private.services import canonicalize_bootstrap_address
    except ImportError:
        return address
    try:
        return canonicalize_bootstrap_address(address) or refuse("down", actual="no Ray runs here")
    except ValueError as wrong:
        refuse("down", actual=str(wrong))


def connect(ray, address):
    version = tuple(int(part) for part in ray.__version__.split(".")[:2])
    if version < OLDEST:
        refuse("version", actual="ray " + ray.__version__)
    found = located(address)
    host, _, port = found.rpartition(":")
    if port.isdigit():
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
        except OSError as closed:
            refuse("down", actual="%s: %s" % (found, closed.strerror or closed))
    try:
        ray.init(address=found, logging_level="ERROR", log_to_driver=False)
    except ConnectionError as down:
        refuse("down", actual="%s: %s" % (found, down))
    except Exception as failed:
        text = " ".join(str(failed).split())
        refuse("version" if "ersion mismatch" in text else "down", actual=text)
    return found


def nodes(ray):
    head = "node:__internal_head__"
    return [
        {
            "id": node["NodeID"],
            "alive": bool(node["Alive"]),
            "hostName": node.get("NodeManagerHostname", ""),
            "address": node["NodeManagerAddress"],
            "gpus": int(node.get("Resources", {}).get("GPU", 0)),
            "head": head in node.get("Resources", {}),
        }
        for node in ray.nodes()
    ]


def free(ray):
    """Whole GPUs that nobody holds, by node."""
    try:
        from ray._private.state import available_resources_per_node
    except ImportError:
        return {node["id"]: node["gpus"] for node in nodes(ray) if node["alive"]}
    return {node: int(left.get("GPU", 0)) for node, left in available_resources_per_node().items()}


def hold(ray, name, wanted, seconds):
    """One bundle for each GPU, on the nodes that were named; none at all where one of them is not to be had."""
    from ray.util.placement_group import placement_group, remove_placement_group
    from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

    address = {node["id"]: node["address"] for node in nodes(ray) if node["alive"]}
    if not all(node in address for node in wanted):
        return None
    # A sliver of the resource that only this node has binds a bundle to it.
    bundles = [{"GPU": 1, "node:" + address[node]: 0.001} for node, gpus in wanted.items() for _ in range(gpus)]
    group = placement_group(bundles)
    held = False
    try:
        if not group.wait(seconds):
            return None

        @ray.remote(num_gpus=1, num_cpus=0, max_retries=0)
        def look():
            import ray

            return [ray.get_runtime_context().get_node_id(), str(ray.get_gpu_ids()[0])]

        seen = ray.get(
            [
                look.options(
                    scheduling_strategy=PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=bundle)
                ).remote()
                for bundle in range(len(bundles))
            ],
            timeout=GPU_IDS_SECONDS,
        )
        groups[name] = group
        held = True
        return [{"node": node, "gpu": gpu} for node, gpu in seen]
    finally:
        if not held:
            remove_placement_group(group)


def answer(ray, question):
    ask = question["ask"]
    if ask == "free":
        say(free=free(ray))
    elif ask == "hold":
        granted = hold(ray, question["name"], question["wanted"], question["seconds"])
        say(granted=granted or [])
    elif ask == "release":
        from ray.util.placement_group import remove_placement_group

        group = groups.pop(question["name"], None)
        if group is not None:
            remove_placement_group(group)
        say(released=group is not None)
    else:
        say(failed="unknown question " + ask)


def main():
    heard = threading.Event()
    threading.Thread(target=listen, args=(heard,), daemon=True).start()
    threading.Thread(target=expire, args=(heard, float(sys.argv[2])), daemon=True).start()
    ray = imported()
    found = connect(ray, sys.argv[1])
    say(address=found, ray=ray.__version__, python=sys.executable, nodes=nodes(ray))
    while True:
        try:
            answer(ray, json.loads(questions.get()))
        except Exception as failed:
            say(failed=" ".join(("%s: %s" % (type(failed).__name__, failed)).split())[:500])


main()
