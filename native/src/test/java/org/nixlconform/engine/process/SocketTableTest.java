package org.nixlconform.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nixlconform.binding.Posix;
import org.nixlconform.engine.protocol.FromWarden;

class SocketTableTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aSocketThatNobodyReadsShowsWhatLiesInIt(String host) throws Exception {
        InetAddress here = InetAddress.getByName(host);
        try (ServerSocket server = new ServerSocket(0, 1, here);
                Socket writer = new Socket(here, server.getLocalPort());
                Socket reader = server.accept()) {
            writer.getOutputStream().write(new byte[12_345]);
            List<FromWarden.Socket> open = List.of();
            long end = System.nanoTime() + 10_000_000_000L;
            while (open.stream().noneMatch(each -> each.receiveQueueBytes() == 12_345) && System.nanoTime() < end) {
                open = SocketTable.read(ProcFile.PROC).of(Posix.getpid());
            }
            String to = ":" + reader.getLocalPort();
            String from = ":" + reader.getPort();
            assertThat(open).anySatisfy(each -> {
                assertThat(each.state()).isEqualTo("ESTABLISHED");
                assertThat(each.receiveQueueBytes()).isEqualTo(12_345);
                assertThat(each.local()).endsWith(to);
                assertThat(each.remote()).endsWith(from);
                assertThat(each.local() + each.remote())
                        .containsAnyOf("127.0.0.1" + to, "[0:0:0:0:0:0:0:1]" + to, "127.0.0.1]" + to);
            });
            assertThat(open).anySatisfy(each -> {
                assertThat(each.state()).isEqualTo("LISTEN");
                assertThat(each.local()).endsWith(":" + server.getLocalPort());
            });
        }
    }
}
