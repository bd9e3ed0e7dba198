/* The same in place of libcudart.so.12, which comes with CUDA. */
#define NO_DEVICE 100

int cudaSetDevice(int device) {
    (void)device;
    return NO_DEVICE;
}

const char *cudaGetErrorString(int error) {
    (void)error;
    return "no CUDA-capable device is detected (stand-in)";
}
