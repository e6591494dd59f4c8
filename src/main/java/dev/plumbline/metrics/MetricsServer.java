package dev.plumbline.metrics;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Answers Prometheus on {@code /metrics}. */
public final class MetricsServer implements AutoCloseable {

    private final HTTPServer server;

    private MetricsServer(HTTPServer server) {
        this.server = server;
    }

    /** @throws IOException if the address cannot be listened on; it says which */
    public static MetricsServer listen(InetSocketAddress address, HostMetrics metrics) throws IOException {
        var registry = new PrometheusRegistry();
        registry.register(metrics);
        try {
            return new MetricsServer(HTTPServer.builder().inetAddress(address.getAddress()).port(address.getPort())
                    .registry(registry).buildAndStart());
        } catch (IOException e) {
            throw new IOException("cannot answer Prometheus on " + address.getAddress().getHostAddress() + " port "
                    + address.getPort() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
