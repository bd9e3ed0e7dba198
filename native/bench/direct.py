#!/usr/bin/env python3
"""The same READ or WRITE between two GPUs, or two processes in host memory, by a program that does nothing else.

What nixlconform reports is held against this: the same calls of NIXL's C interface in the same order, from the beginning of the
post to DONE, with no judge beside it. No content is written or compared. Prints a line for each iteration and the median of
those behind the first, which makes connections.

Usage: direct.py --capi LIBNIXL_CAPI [--memory VRAM] [--operation READ] [--layers 16] [--cached 40] [--transferred 32]
                 [--block-bytes 1048576] [--iterations 8] [--gpus 0,1] [--gap-bytes 4096] [--progress-thread]
Needs the libraries of that NIXL on LD_LIBRARY_PATH, and NIXL_PLUGIN_DIR, as nixlconform's plan.txt shows them.
"""
import argparse
import ctypes
import multiprocessing
import random
import statistics
import time

VOID = ctypes.c_void_p
MEMORY = {"DRAM": 0, "VRAM": 1}
OPERATION = {"READ": 0, "WRITE": 1}
IN_PROGRESS = 1


class AgentConfig(ctypes.Structure):
    _fields_ = [
        ("progress_thread", ctypes.c_bool),
        ("listen_thread", ctypes.c_bool),
        ("listen_port", ctypes.c_int),
        ("thread_sync", ctypes.c_int),
        ("workers", ctypes.c_uint),
        ("progress_delay_us", ctypes.c_uint64),
        ("listen_delay_us", ctypes.c_uint64),
        ("telemetry", ctypes.c_bool),
    ]


class Driver:
    """CUDA's driver: a primary context and one allocation."""

    def __init__(self, ordinal):
        self.library = ctypes.CDLL("libcuda.so.1")
        self.call("cuInit", 0)
        device, context = ctypes.c_int(), VOID()
        self.call("cuDeviceGet", ctypes.byref(device), ordinal)
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self.call("cuCtxSetCurrent", context)

    def call(self, name, *arguments):
        status = getattr(self.library, name)(*arguments)
        if status != 0:
            raise SystemExit(f"{name} returned {status}")

    def allocate(self, size):
        address = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(size))
        return address.value


def host_memory(size):
    memory = (ctypes.c_char * size)()
    ctypes.memset(memory, 1, size)  # touched, as an engine's cache is
    return memory, ctypes.addressof(memory)


class Agent:
    def __init__(self, name, ordinal, options):
        self.options = options
        self.ordinal = ordinal if options.memory == "VRAM" else 0
        region = options.cached * options.block_bytes
        stride = region + options.gap_bytes
        size = options.gap_bytes + options.layers * stride
        if options.memory == "VRAM":
            base = Driver(ordinal).allocate(size)
        else:
            self.kept, base = host_memory(size)
        self.regions = [base + options.gap_bytes + layer * stride for layer in range(options.layers)]
        self.nixl = ctypes.CDLL(options.capi)
        self.agent, self.backend, parameters = VOID(), VOID(), VOID()
        config = AgentConfig(options.progress_thread, False, 0, 0, 1, 0, 0, False)
        self.do("create_configured_agent", name.encode(), ctypes.byref(config), ctypes.byref(self.agent))
        self.do("create_params", ctypes.byref(parameters))
        self.do("create_backend", self.agent, options.backend.encode(), parameters, ctypes.byref(self.backend))
        self.with_backend = self.options_of()
        memory = VOID()
        self.do("create_reg_dlist", MEMORY[options.memory], ctypes.byref(memory))
        for address in self.regions:
            self.do("reg_dlist_add_desc", memory, ctypes.c_size_t(address), ctypes.c_size_t(region),
                    ctypes.c_uint64(self.ordinal), b"", ctypes.c_size_t(0))
        self.do("register_mem", self.agent, memory, self.with_backend)

    def do(self, name, *arguments):
        status = getattr(self.nixl, "nixl_capi_" + name)(*arguments)
        if status < 0:
            raise SystemExit(f"nixl_capi_{name} returned {status}")
        return status

    def options_of(self):
        made = VOID()
        self.do("create_opt_args", ctypes.byref(made))
        self.do("opt_args_add_backend", made, self.backend)
        return made

    def metadata(self):
        data, size = VOID(), ctypes.c_size_t()
        self.do("get_local_md", self.agent, ctypes.byref(data), ctypes.byref(size))
        return ctypes.string_at(data, size.value)

    def load(self, metadata):
        name = ctypes.c_char_p()
        self.do("load_remote_md", self.agent, metadata, ctypes.c_size_t(len(metadata)), ctypes.byref(name))

    def prepare(self, peer, regions, ordinal):
        listed, prepared = VOID(), VOID()
        self.do("create_xfer_dlist", MEMORY[self.options.memory], ctypes.byref(listed))
        for address in regions:
            for block in range(self.options.cached):
                self.do("xfer_dlist_add_desc", listed, ctypes.c_size_t(address + block * self.options.block_bytes),
                        ctypes.c_size_t(self.options.block_bytes), ctypes.c_uint64(ordinal))
        self.do("prep_xfer_dlist", self.agent, peer.encode(), listed, ctypes.byref(prepared), self.with_backend)
        return prepared

    def indices(self, blocks):
        every = [layer * self.options.cached + block for layer in range(self.options.layers) for block in blocks]
        return (ctypes.c_int * len(every))(*every), ctypes.c_size_t(len(every))

    def transfer(self, local, remote, local_blocks, remote_blocks, text):
        """Nanoseconds from the beginning of the post to DONE, and those of the post."""
        notified, request = self.options_of(), VOID()
        self.do("opt_args_set_notif_msg", notified, text, ctypes.c_size_t(len(text)))
        self.do("opt_args_set_has_notif", notified, ctypes.c_bool(True))
        self.do("make_xfer_req", self.agent, OPERATION[self.options.operation], local, *self.indices(local_blocks),
                remote, *self.indices(remote_blocks), ctypes.byref(request), notified)
        post, poll = self.nixl.nixl_capi_post_xfer_req, self.nixl.nixl_capi_get_xfer_status
        begun = time.perf_counter_ns()
        status = post(self.agent, request, None)
        posted = time.perf_counter_ns()
        while status == IN_PROGRESS:
            status = poll(self.agent, request)
        ended = time.perf_counter_ns()
        if status < 0:
            raise SystemExit(f"the transfer ended with {status}")
        self.do("release_xfer_req", self.agent, request)
        return ended - begun, posted - begun

    def notifications(self):
        found, senders, count = VOID(), ctypes.c_size_t(), 0
        self.do("create_notif_map", ctypes.byref(found))
        self.do("get_notifs", self.agent, found, None)
        self.do("notif_map_size", found, ctypes.byref(senders))
        for sender in range(senders.value):
            name, texts = ctypes.c_char_p(), ctypes.c_size_t()
            self.do("notif_map_get_agent_at", found, ctypes.c_size_t(sender), ctypes.byref(name))
            self.do("notif_map_get_notifs_size", found, name, ctypes.byref(texts))
            count += texts.value
        self.do("destroy_notif_map", found)
        return count


def target(options, ordinal, pipe):
    agent = Agent("target", ordinal, options)
    pipe.send((agent.metadata(), agent.regions, agent.ordinal))
    received = 0
    while received < options.iterations:
        received += agent.notifications()
        time.sleep(20e-6)
    pipe.send(received)
    pipe.recv()  # keeps its memory until the other side is through


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--capi", required=True)
    parser.add_argument("--memory", choices=MEMORY, default="VRAM")
    parser.add_argument("--operation", choices=OPERATION, default="READ")
    parser.add_argument("--backend", default="UCX")
    parser.add_argument("--layers", type=int, default=16)
    parser.add_argument("--cached", type=int, default=40)
    parser.add_argument("--transferred", type=int, default=32)
    parser.add_argument("--block-bytes", type=int, default=1 << 20)
    parser.add_argument("--gap-bytes", type=int, default=4096, help="before each region, as the guards of an engine's cache")
    parser.add_argument("--iterations", type=int, default=8)
    parser.add_argument("--gpus", default="0,1")
    parser.add_argument("--progress-thread", action="store_true")
    options = parser.parse_args()
    own, other = (int(ordinal) for ordinal in options.gpus.split(","))
    multiprocessing.set_start_method("spawn")
    here, there = multiprocessing.Pipe()
    peer = multiprocessing.Process(target=target, args=(options, other, there), daemon=True)
    peer.start()
    agent = Agent("initiator", own, options)
    metadata, regions, ordinal = here.recv()
    agent.load(metadata)
    local = agent.prepare("", agent.regions, agent.ordinal)
    remote = agent.prepare("target", regions, ordinal)
    draw = random.Random(42)
    blocks = [draw.sample(range(options.cached), options.transferred) for _ in range(2)]
    size = options.layers * options.transferred * options.block_bytes
    figures = []
    for iteration in range(options.iterations):
        took, post = agent.transfer(local, remote, *blocks, b"request %d" % iteration)
        figures.append(size / took)
        print(f"iteration {iteration}: {figures[-1]:.3f} GB/s, post {post / 1e6:.3f} of {took / 1e6:.3f} ms")
        time.sleep(0.05)
    if here.recv() != options.iterations:
        raise SystemExit("a notification is missing")
    print(f"median {statistics.median(figures[1:]):.3f} GB/s of {options.operation} {options.memory}, "
          f"{options.layers * options.transferred} descriptors of {options.block_bytes} bytes")
    here.send("over")


if __name__ == "__main__":
    main()
