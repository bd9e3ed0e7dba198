package org.nixlconform.architecture.planted.cluster;

import net.schmizz.sshj.SSHClient;

final class UsesSshj {
    void close(SSHClient client) throws java.io.IOException {
        client.close();
    }
}
