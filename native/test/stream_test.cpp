// Bytes between two ends over loopback, both ways, and what becomes of an end that goes away or talks nonsense.
#include <cerrno>
#include <thread>

#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "nixlconform/stream.h"

namespace {

constexpr uint64_t several_parts = (5u << 20) + 17;

struct server {
    uint16_t port = 0;
    int32_t listening = nxc_stream_listen("127.0.0.1", &port);
    int32_t served = 1;
    std::thread thread{[this] { served = nxc_stream_serve(nxc_stream_accept(listening)); }};

    void end() {
        thread.join();
        nxc_stream_close(listening);
    }
};

void movesBytesBothWaysOverOneStream() {
    server other;
    CHECK(other.listening >= 0, "%d", other.listening);
    const int32_t stream = nxc_stream_connect("127.0.0.1", other.port);
    CHECK(stream >= 0, "%d", stream);
    for (int write = 0; write < 2; write++) {
        const int64_t few = nxc_stream_copy(stream, 1, write);
        const int64_t many = nxc_stream_copy(stream, several_parts, write);
        CHECK(few > 0 && many > 0, "%lld and %lld, write %d", static_cast<long long>(few),
              static_cast<long long>(many), write);
    }
    nxc_stream_close(stream);
    other.end();
    CHECK(other.served == 0, "%d", other.served);
}

void saysWhenNobodyListens() {
    uint16_t port = 0;
    const int32_t listening = nxc_stream_listen("127.0.0.1", &port);
    nxc_stream_close(listening);
    const int32_t stream = nxc_stream_connect("127.0.0.1", port);
    CHECK(stream == -ECONNREFUSED, "%d", stream);
}

void saysWhenTheOtherEndGoes() {
    uint16_t port = 0;
    const int32_t listening = nxc_stream_listen("127.0.0.1", &port);
    std::thread gone([listening] { nxc_stream_close(nxc_stream_accept(listening)); });
    const int32_t stream = nxc_stream_connect("127.0.0.1", port);
    gone.join();
    const int64_t copied = nxc_stream_copy(stream, several_parts, 0);
    CHECK(copied == -EPIPE || copied == -ECONNRESET, "%lld", static_cast<long long>(copied));
    nxc_stream_close(stream);
    nxc_stream_close(listening);
}

void servesNobodyElse() {
    server other;
    const int32_t stream = nxc_stream_connect("127.0.0.1", other.port);
    const char nonsense[24] = "GET / HTTP/1.1\r\n\r\n";
    CHECK(send(stream, nonsense, sizeof nonsense, MSG_NOSIGNAL) == sizeof nonsense, "%d", errno);
    char answer;
    CHECK(recv(stream, &answer, 1, 0) <= 0, "an answer");
    nxc_stream_close(stream);
    other.end();
    CHECK(other.served == -EPROTO, "%d", other.served);
}

void anAddressThatIsNotOursIsRefused() {
    uint16_t port = 0;
    const int32_t listening = nxc_stream_listen("192.0.2.1", &port);
    CHECK(listening == -EADDRNOTAVAIL, "%d", listening);
}

void closingEndsWhoWaits() {
    uint16_t port = 0;
    const int32_t listening = nxc_stream_listen("", &port);
    CHECK(listening >= 0 && port > 0, "%d, port %d", listening, port);
    int32_t accepted = 0;
    std::thread waits([listening, &accepted] { accepted = nxc_stream_accept(listening); });
    usleep(50000);
    nxc_stream_close(listening);
    waits.join();
    CHECK(accepted < 0, "%d", accepted);
}

} // namespace

int main() {
    movesBytesBothWaysOverOneStream();
    saysWhenNobodyListens();
    saysWhenTheOtherEndGoes();
    servesNobodyElse();
    anAddressThatIsNotOursIsRefused();
    closingEndsWhoWaits();
}
