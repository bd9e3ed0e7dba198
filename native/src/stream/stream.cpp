#include "nixlconform/stream.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "nixlconform/process.h"

namespace {

constexpr uint64_t magic = 0x6e78632d73747231; /* of a request of ours: anybody may connect */
constexpr size_t buffer_bytes = 1 << 20;
constexpr int waiting = 16;
constexpr time_t patience_seconds = 10;

/* What one end asks of the other. */
struct request {
    uint64_t magic;
    uint64_t bytes;
    uint64_t write;
};

/* A buffer whose pages are there before the time is taken. */
class scratch {
  public:
    scratch() : bytes_(static_cast<char *>(malloc(buffer_bytes))) {
        if (bytes_ != nullptr) memset(bytes_, 0x5a, buffer_bytes);
    }
    ~scratch() { free(bytes_); }
    scratch(const scratch &) = delete;
    scratch &operator=(const scratch &) = delete;
    char *bytes() const { return bytes_; }

  private:
    char *bytes_;
};

int32_t failed() { return errno == 0 ? -EIO : -errno; }

/* All of `length` bytes; 0, or -errno, with -EPIPE for an end that closed. */
template <typename Move> int32_t all(char *at, size_t length, Move move) {
    while (length > 0) {
        const ssize_t moved = move(at, length);
        if (moved < 0 && errno == EINTR) continue;
        if (moved <= 0) return moved == 0 ? -EPIPE : failed();
        at += moved;
        length -= static_cast<size_t>(moved);
    }
    return 0;
}

int32_t sent(int32_t fd, char *at, size_t length) {
    return all(at, length, [fd](char *from, size_t bytes) { return send(fd, from, bytes, MSG_NOSIGNAL); });
}

int32_t received(int32_t fd, char *at, size_t length) {
    return all(at, length, [fd](char *to, size_t bytes) { return recv(fd, to, bytes, 0); });
}

template <typename Part> int32_t in_parts(uint64_t bytes, Part part) {
    int32_t status = 0;
    while (bytes > 0 && status == 0) {
        const size_t length = bytes < buffer_bytes ? bytes : buffer_bytes;
        status = part(length);
        bytes -= length;
    }
    return status;
}

/* The bytes of a request, seen from the end that has `sends` set; then the receiver says that it has them. */
int32_t exchange(int32_t fd, uint64_t bytes, bool sends, char *buffer) {
    char over = 1;
    int32_t status = in_parts(
        bytes, [&](size_t length) { return sends ? sent(fd, buffer, length) : received(fd, buffer, length); });
    if (status == 0) status = sends ? received(fd, &over, 1) : sent(fd, &over, 1);
    return status;
}

void tune(int32_t fd) {
    const int on = 1;
    const timeval patience{patience_seconds, 0};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

/* Calls `use` with each address of the host until it gives a descriptor. */
template <typename Use> int32_t with_address(const char *host, uint16_t port, int flags, Use use) {
    char service[8];
    snprintf(service, sizeof service, "%u", static_cast<unsigned>(port));
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo *found = nullptr;
    if (getaddrinfo(*host == 0 ? nullptr : host, service, &hints, &found) != 0) return -EADDRNOTAVAIL;
    int32_t result = -EADDRNOTAVAIL;
    for (const addrinfo *each = found; each != nullptr && result < 0; each = each->ai_next) {
        const int fd = socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, each->ai_protocol);
        if (fd < 0) {
            result = failed();
            continue;
        }
        tune(fd);
        result = use(fd, each) == 0 ? fd : failed();
        if (result < 0) close(fd);
    }
    freeaddrinfo(found);
    return result;
}

} // namespace

extern "C" {

int32_t nxc_stream_listen(const char *address, uint16_t *port) {
    const int32_t fd = with_address(address, 0, AI_PASSIVE | (*address == 0 ? 0 : AI_NUMERICHOST),
                                    [](int32_t made, const addrinfo *at) {
                                        const timeval forever{0, 0};
                                        setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof forever);
                                        return bind(made, at->ai_addr, at->ai_addrlen) == 0 ? listen(made, waiting) : -1;
                                    });
    if (fd < 0) return fd;
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    if (getsockname(fd, reinterpret_cast<sockaddr *>(&bound), &length) != 0) {
        const int32_t why = failed();
        close(fd);
        return why;
    }
    /* The port lies at the same place in both families. */
    *port = ntohs(reinterpret_cast<sockaddr_in *>(&bound)->sin_port);
    return fd;
}

int32_t nxc_stream_accept(int32_t listening) {
    int32_t fd;
    do {
        fd = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0) return failed();
    tune(fd);
    return fd;
}

int32_t nxc_stream_serve(int32_t stream) {
    const scratch buffer;
    int32_t status = buffer.bytes() == nullptr ? -ENOMEM : 0;
    while (status == 0) {
        /* Between two iterations of a case the other end is silent for long; its death closes the stream. */
        pollfd next{stream, POLLIN, 0};
        while (poll(&next, 1, -1) < 0 && errno == EINTR) {
        }
        request asked{};
        status = received(stream, reinterpret_cast<char *>(&asked), sizeof asked);
        if (status == 0) status = asked.magic == magic ? exchange(stream, asked.bytes, asked.write == 0, buffer.bytes())
                                                       : -EPROTO;
    }
    close(stream);
    return status == -EPIPE ? 0 : status;
}

int32_t nxc_stream_connect(const char *host, uint16_t port) {
    return with_address(host, port, 0, [](int32_t made, const addrinfo *to) {
        return connect(made, to->ai_addr, to->ai_addrlen);
    });
}

int64_t nxc_stream_copy(int32_t stream, uint64_t bytes, int32_t write) {
    const scratch buffer;
    if (buffer.bytes() == nullptr) return -ENOMEM;
    request asking{magic, bytes, write != 0 ? 1u : 0u};
    const uint64_t begin = nxc_clock_ns();
    int32_t status = sent(stream, reinterpret_cast<char *>(&asking), sizeof asking);
    if (status == 0) status = exchange(stream, bytes, write != 0, buffer.bytes());
    return status < 0 ? status : static_cast<int64_t>(nxc_clock_ns() - begin);
}

void nxc_stream_close(int32_t stream) {
    shutdown(stream, SHUT_RDWR);
    close(stream);
}

} // extern "C"
