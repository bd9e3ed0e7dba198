    .section .rodata
    .globl nxc_device_kernels
    .hidden nxc_device_kernels
    .type nxc_device_kernels, @object
nxc_device_kernels:
    .incbin "kernels.ptx"
    .byte 0
    .size nxc_device_kernels, . - nxc_device_kernels
    .section .note.GNU-stack, "", @progbits
