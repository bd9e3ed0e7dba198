"""Makes native/src/device/kernels.ptx of kernels.cu and the headers that it includes.

Usage: python3 native/build/ptx.py LIBNVRTC      a libnvrtc.so.12, such as that of the wheel nvidia-cuda-nvrtc-cu12 12.0
       python3 native/build/ptx.py --check       whether the file was made of these sources; says so and fails if not

The file is committed, because nobody who builds the project needs CUDA's compiler. It is PTX for compute capability 8.0, which
the driver of every GPU from A100 on compiles for its own.
"""

import ctypes
import hashlib
import pathlib
import sys

NATIVE = pathlib.Path(__file__).resolve().parent.parent
FOLDER = NATIVE / "src" / "device"
PTX = FOLDER / "kernels.ptx"
SOURCE = FOLDER / "kernels.cu"
# As their including files spell them.
HEADERS = {
    "replay.h": FOLDER / "replay.h",
    "tiles.h": FOLDER / "tiles.h",
    "nixlconform/graph.h": NATIVE / "include" / "nixlconform" / "graph.h",
    "nixlconform/device.h": NATIVE / "include" / "nixlconform" / "device.h",
    "../payload/position.h": NATIVE / "src" / "payload" / "position.h",
    "nixlconform/payload.h": NATIVE / "include" / "nixlconform" / "payload.h",
}
# What NVRTC has no file for.
STDINT = """#pragma once
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned long long uintptr_t;
"""
OPTIONS = ["--gpu-architecture=compute_80", "--std=c++17", "--device-as-default-execution-space"]


def digest():
    hashed = hashlib.sha256("\n".join([*OPTIONS, STDINT]).encode())
    for file in [SOURCE, *HEADERS.values()]:
        hashed.update(file.read_bytes())
    return hashed.hexdigest()


def compiled(library):
    nvrtc = ctypes.CDLL(library)
    texts = {"stdint.h": STDINT, **{name: file.read_text() for name, file in HEADERS.items()}}
    names = (ctypes.c_char_p * len(texts))(*[name.encode() for name in texts])
    contents = (ctypes.c_char_p * len(texts))(*[text.encode() for text in texts.values()])
    program = ctypes.c_void_p()
    checked(nvrtc.nvrtcCreateProgram(ctypes.byref(program), SOURCE.read_bytes(), b"kernels.cu", len(texts), contents,
                                     names))
    options = (ctypes.c_char_p * len(OPTIONS))(*[option.encode() for option in OPTIONS])
    status = nvrtc.nvrtcCompileProgram(program, len(OPTIONS), options)
    if status != 0:
        sys.exit(text_of(program, nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog))
    return text_of(program, nvrtc.nvrtcGetPTXSize, nvrtc.nvrtcGetPTX)


def checked(status):
    if status != 0:
        sys.exit(f"NVRTC returned {status}")


def text_of(program, size_of, copy):
    size = ctypes.c_size_t()
    checked(size_of(program, ctypes.byref(size)))
    text = ctypes.create_string_buffer(size.value)
    checked(copy(program, text))
    return text.value.decode()


def main():
    if sys.argv[1:] == ["--check"]:
        made_of = PTX.read_text().partition("\n")[0].removeprefix("// sources: ")
        if made_of != digest():
            sys.exit(f"{PTX} was made of other sources than those that are here: make it anew, see {__file__}")
        return
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    PTX.write_text(f"// sources: {digest()}\n{compiled(sys.argv[1])}")


main()
